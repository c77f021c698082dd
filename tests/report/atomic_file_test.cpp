#include "report/atomic_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

namespace brickproof {
namespace {

namespace fs = std::filesystem;

class AtomicFile : public testing::Test {
  protected:
    void SetUp() override { fs::create_directories(folder_); }
    void TearDown() override { fs::remove_all(folder_); }
    std::size_t files_in_folder() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }

    fs::path folder_ = fs::path(testing::TempDir()) / ("atomic_file_" + std::to_string(getpid()));
    std::string path_ = (folder_ / "report.json").string();
};

TEST_F(AtomicFile, WritesWholeAndReplacesWhole) {
    ASSERT_TRUE(write_file(path_, std::string(100'000, 'a')));
    ASSERT_TRUE(write_file(path_, "second\n"));
    EXPECT_EQ(*read_file(path_), "second\n");
    ASSERT_TRUE(write_file(path_, ""));
    EXPECT_EQ(*read_file(path_), "");
    EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(AtomicFile, KeepsEveryByte) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    ASSERT_TRUE(write_file(path_, all));
    EXPECT_EQ(*read_file(path_), all);
}

TEST_F(AtomicFile, AFolderThatIsNotThereIsAProblemThatNamesThePath) {
    const std::string path = (folder_ / "none" / "report.json").string();
    const auto done = write_file(path, "x");
    ASSERT_FALSE(done);
    EXPECT_NE(done.problem().find(path), std::string::npos) << done.problem();
    EXPECT_NE(done.problem().find("No such file"), std::string::npos) << done.problem();
    EXPECT_FALSE(fs::exists(folder_ / "none"));
}

TEST_F(AtomicFile, ATargetThatCannotBeReplacedStaysAndLeavesNoTemporary) {
    fs::create_directories(fs::path(path_) / "occupied");
    ASSERT_FALSE(write_file(path_, "x"));
    EXPECT_TRUE(fs::is_directory(path_));
    EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(AtomicFile, WhetherItCanBeWrittenIsKnownBeforeAndLeavesNothing) {
    EXPECT_TRUE(check_writable(path_));
    EXPECT_EQ(files_in_folder(), 0u);
    ASSERT_TRUE(write_file(path_, "old"));
    EXPECT_TRUE(check_writable(path_));
    EXPECT_EQ(*read_file(path_), "old");
    EXPECT_FALSE(check_writable((folder_ / "none" / "report.json").string()));
    EXPECT_FALSE(check_writable(folder_.string()));
}

// A limit on file sizes fails a write half way, as a full disk does.
TEST_F(AtomicFile, AWriteThatFailsHalfWayKeepsTheOldContents) {
    ASSERT_TRUE(write_file(path_, "old"));
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit small{.rlim_cur = 1000, .rlim_max = before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto done = write_file(path_, std::string(5000, 'x'));
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_DFL);
    ASSERT_FALSE(done);
    EXPECT_NE(done.problem().find(path_), std::string::npos) << done.problem();
    EXPECT_EQ(*read_file(path_), "old");
    EXPECT_EQ(files_in_folder(), 1u);
}

TEST_F(AtomicFile, ALinkStaysAndWhatItPointsToIsReplaced) {
    const std::string link = (folder_ / "link.json").string();
    fs::create_symlink("report.json", link);
    ASSERT_TRUE(check_writable(link));
    for (const char* text : {"first", "second"}) {
        ASSERT_TRUE(write_file(link, text));
        EXPECT_TRUE(fs::is_symlink(link));
        EXPECT_EQ(*read_file(path_), text);
    }
    EXPECT_EQ(files_in_folder(), 2u);
}

TEST_F(AtomicFile, APipeIsWrittenInto) {
    ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
    ASSERT_TRUE(check_writable(path_));
    const int reader = open(path_.c_str(), O_RDONLY | O_NONBLOCK);
    ASSERT_GE(reader, 0);
    ASSERT_TRUE(write_file(path_, "text"));
    char text[8] = {};
    EXPECT_EQ(read(reader, text, sizeof(text)), 4);
    EXPECT_STREQ(text, "text");
    close(reader);
    EXPECT_TRUE(fs::is_fifo(path_));
}

// Else a report to /dev/null that root asks for is a file in its place, for everybody.
TEST_F(AtomicFile, ADeviceIsWrittenIntoAndItsErrorTold) {
    if (mknod(path_.c_str(), S_IFCHR | 0600, makedev(1, 7)) != 0)
        GTEST_SKIP() << "a device like /dev/full cannot be made here: " << std::strerror(errno);
    const auto done = write_file(path_, "x");
    EXPECT_TRUE(fs::is_character_file(path_));
    ASSERT_FALSE(done);
    EXPECT_NE(done.problem().find(path_), std::string::npos) << done.problem();
}

// As /dev/stdout is where a shell has sent it to a file: what was printed before stays.
TEST_F(AtomicFile, WhatIsOpenAlreadyIsWrittenInto) {
    const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ASSERT_GE(file, 0);
    ASSERT_EQ(write(file, "printed, ", 9), 9);
    const std::string opened = "/dev/fd/" + std::to_string(file);
    const std::string link = (folder_ / "link").string();
    fs::create_symlink(opened, link);
    EXPECT_TRUE(check_writable(opened));
    EXPECT_TRUE(write_file(opened, "written, "));
    EXPECT_TRUE(write_file(link, "by a link"));
    close(file);
    EXPECT_EQ(*read_file(path_), "printed, written, by a link");
    EXPECT_EQ(files_in_folder(), 2u);
}

// What lies in /dev is not a device for it: /dev/shm holds files.
TEST_F(AtomicFile, AFileInMemoryIsAFileLikeAnother) {
    if (!fs::is_directory("/dev/shm")) GTEST_SKIP() << "no /dev/shm here";
    const std::string path = "/dev/shm/brickproof_atomic_file_" + std::to_string(getpid());
    EXPECT_TRUE(check_writable(path));
    EXPECT_TRUE(write_file(path, "first"));
    EXPECT_TRUE(write_file(path, "second"));
    EXPECT_EQ(*read_file(path), "second");
    fs::remove(path);
}

TEST_F(AtomicFile, ReadingWhatIsNotThereOrAFolderIsAProblem) {
    EXPECT_FALSE(read_file(path_));
    EXPECT_FALSE(read_file(folder_.string()));
}

}  // namespace
}  // namespace brickproof
