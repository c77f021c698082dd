// A folder whose files change together is wholly old or wholly new, wherever the change is stopped.
#include "cases/transaction.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>

#include "cases/manifest.hpp"
#include "golden_folders.hpp"

namespace brickproof::golden {
namespace {

namespace fs = std::filesystem;
using Files = std::map<std::string, std::string>;

Files files_in(const fs::path& folder) {
    Files files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file())
            files[fs::relative(entry.path(), folder).generic_string()] = contents_of(entry.path());
    return files;
}

const Files old_files = {{"a/one", "old one"}, {"a/two", "old two"}, {"b/three", "old three"}, {"kept", "kept"}};
const Files new_files = {
    {"a/one", "new one"}, {"b/three", "new three"}, {"c/d/four", "new four"}, {"kept", "kept"}};

void put(const fs::path& folder, const Files& files) {
    for (const auto& [name, text] : files) {
        fs::create_directories((folder / name).parent_path());
        overwrite(folder / name, text);
    }
}

// From the old files to the new ones.
Expected<Done> change(const fs::path& folder, const std::function<void()>& on_step = {}) {
    Transaction transaction(folder);
    transaction.on_step = on_step;
    transaction.expect("a/one", crc32_of("old one"));
    transaction.write("a/one", "new one");
    transaction.write("b/three", "new three");
    transaction.write("c/d/four", "new four");
    transaction.remove("a/two");
    return transaction.commit();
}

// Runs the change in a child that is killed behind so many steps; false once it came to its end.
bool killed_behind(const fs::path& folder, int steps) {
    const pid_t child = fork();
    if (child == 0) {
        int left = steps;
        (void)change(folder, [&] {
            if (--left == 0) raise(SIGKILL);
        });
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status);
}

TEST(Transaction, StoppedBehindAnyStepItIsOldOrNew) {
    std::size_t old_count = 0;
    std::size_t new_count = 0;
    int steps = 1;
    for (bool killed = true; killed; ++steps) {
        const ScratchFolder scratch(fast_place());
        put(scratch.path(), old_files);
        killed = killed_behind(scratch.path(), steps);
        const Expected<Recovery> recovered = recover(scratch.path());
        ASSERT_TRUE(recovered) << recovered.problem();
        const Files files = files_in(scratch.path());
        EXPECT_TRUE(files == old_files || files == new_files) << "killed behind step " << steps;
        ++(files == old_files ? old_count : new_count);
        EXPECT_FALSE(fs::exists(scratch.path() / staging_name));
    }
    // One step for the folder, one for each of three files; the journal decides; then four steps and the cleaning.
    EXPECT_EQ(old_count, 4u);
    EXPECT_GE(new_count, 6u);
}

TEST(Transaction, ARecoveryThatIsItselfInterruptedCanBeRepeated) {
    const ScratchFolder scratch;
    put(scratch.path(), old_files);
    ASSERT_TRUE(killed_behind(scratch.path(), 6));  // behind the first rename
    const Files interrupted = files_in(scratch.path());
    EXPECT_EQ(interrupted.at("a/one"), "new one");
    EXPECT_EQ(interrupted.at("b/three"), "old three");
    // Any of the steps that are left, carried out without its journal being removed.
    fs::rename(scratch.path() / ".update" / "1", scratch.path() / "b" / "three");
    fs::remove(scratch.path() / "a" / "two");
    ASSERT_EQ(*recover(scratch.path()), Recovery::finished);
    EXPECT_EQ(files_in(scratch.path()), new_files);
    EXPECT_EQ(*recover(scratch.path()), Recovery::nothing);
}

TEST(Transaction, WhatSomebodyElseChangedIsNotOverwritten) {
    const ScratchFolder scratch;
    put(scratch.path(), old_files);
    overwrite(scratch.path() / "a" / "one", "theirs");
    const Expected<Done> done = change(scratch.path());
    ASSERT_FALSE(done);
    EXPECT_NE(done.problem().find("was changed by somebody else"), std::string::npos) << done.problem();
    EXPECT_EQ(contents_of(scratch.path() / "b" / "three"), "old three");

    Transaction creation(scratch.path());
    creation.expect("kept", std::nullopt);
    creation.write("kept", "mine");
    EXPECT_FALSE(creation.commit());
    EXPECT_EQ(contents_of(scratch.path() / "kept"), "kept");
}

TEST(Transaction, ADamagedJournalIsASentenceAndTouchesNothing) {
    for (const auto& [journal, sentence] : std::map<std::string, std::string>{
             {"", "is damaged"},
             {"{}", "is damaged"},
             {"[1, 2]", "is damaged"},
             {R"({"body": {"format": 1, "steps": []}, "crc32": 7})", "is damaged"}}) {
        const ScratchFolder scratch;
        put(scratch.path(), old_files);
        fs::create_directory(scratch.path() / staging_name);
        overwrite(scratch.path() / staging_name / "journal.json", journal);
        const Expected<Recovery> recovered = recover(scratch.path());
        ASSERT_FALSE(recovered) << journal;
        EXPECT_NE(recovered.problem().find(sentence), std::string::npos) << recovered.problem();
        EXPECT_EQ(contents_of(scratch.path() / "a" / "one"), "old one");
    }
}

TEST(Transaction, AJournalThatLeavesTheFolderIsRefused) {
    const ScratchFolder scratch;
    const fs::path folder = scratch.path() / "golden";
    put(folder, old_files);
    for (const char* path : {"../outside", "/tmp/outside", "a/../../outside", ""}) {
        const std::string body =
            std::string(R"({"format":1,"steps":[{"crc32":0,"path":")") + path + R"(","staged":"0"}]})";
        fs::create_directories(folder / staging_name);
        overwrite(folder / staging_name / "0", "text");
        overwrite(folder / staging_name / "journal.json",
                  R"({"body": )" + body + R"(, "crc32": )" + std::to_string(crc32_of(body)) + "}");
        const Expected<Recovery> recovered = recover(folder);
        ASSERT_FALSE(recovered) << path;
        EXPECT_NE(recovered.problem().find("is damaged"), std::string::npos);
        EXPECT_FALSE(fs::exists(scratch.path() / "outside"));
    }
}

TEST(Transaction, AStagedFileThatIsLostIsNamed) {
    const ScratchFolder scratch;
    put(scratch.path(), old_files);
    ASSERT_TRUE(killed_behind(scratch.path(), 5));  // behind the journal
    fs::remove(scratch.path() / ".update" / "1");
    const Expected<Recovery> recovered = recover(scratch.path());
    ASSERT_FALSE(recovered);
    EXPECT_NE(recovered.problem().find("three is lost"), std::string::npos) << recovered.problem();
}

TEST(Transaction, TwoWritersDoNotMix) {
    const ScratchFolder scratch(fast_place());
    put(scratch.path(), {{"a", "0"}, {"b", "0"}});
    const auto writer = [&](const std::string& text) {
        const pid_t child = fork();
        if (child != 0) return child;
        for (int i = 0; i < 20; ++i) {
            Transaction transaction(scratch.path());
            transaction.write("a", text);
            transaction.write("b", text);
            if (!transaction.commit()) _exit(1);
        }
        _exit(0);
    };
    const pid_t children[] = {writer("1"), writer("2")};
    for (const pid_t child : children) {
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(contents_of(scratch.path() / "a"), contents_of(scratch.path() / "b"));
}

}  // namespace
}  // namespace brickproof::golden
