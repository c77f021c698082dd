#include "fuzz/corpus/corpus_files.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "fuzz/corpus/seed_corpus.hpp"
#include "fuzz/search/features.hpp"
#include "fuzz/search/mutation.hpp"
#include "fuzz/search/op_target.hpp"

namespace brickproof::fuzz {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, gone at its end.
class CorpusFiles : public testing::Test {
  protected:
    CorpusFiles() { fs::create_directories(folder_); }
    ~CorpusFiles() override { fs::remove_all(folder_); }

    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

    fs::path folder_ = fs::path(testing::TempDir()) /
                       (std::string("corpus_") + testing::UnitTest::GetInstance()->current_test_info()->name() +
                        std::to_string(getpid()));
};

std::vector<Bytes> replayed;
void remember(const std::uint8_t* data, std::size_t size) {
    replayed.emplace_back(data, data + size);
}

TEST_F(CorpusFiles, NamesAreSha1) {
    // FIPS 180-4's example, and the empty string.
    const Bytes abc = {'a', 'b', 'c'};
    EXPECT_EQ(content_name(abc), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(content_name({}), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST_F(CorpusFiles, ReplayReadsFilesAndFoldersEmptyOnesToo) {
    fs::create_directories(folder_ / "deeper");
    write("one", "x");
    write("deeper/empty", "");
    write("deeper/zero", std::string(3, '\0'));
    replayed.clear();
    const std::vector<std::string> paths = {path("deeper"), path("one")};
    const auto count = replay_inputs(paths, remember);
    ASSERT_TRUE(count) << count.problem();
    EXPECT_EQ(*count, 3u);
    EXPECT_EQ(replayed, (std::vector<Bytes>{{}, {0, 0, 0}, {'x'}}));
}

TEST_F(CorpusFiles, AMissingPathIsNamed) {
    const std::vector<std::string> paths = {path("nowhere")};
    const auto count = replay_inputs(paths, remember);
    ASSERT_FALSE(count);
    EXPECT_NE(count.problem().find(path("nowhere")), std::string::npos) << count.problem();
}

TEST_F(CorpusFiles, AnInputIsWrittenOnceUnderItsName) {
    const Bytes bytes = {1, 0, 2};
    const auto written = write_input(path("new/deep"), bytes);
    ASSERT_TRUE(written) << written.problem();
    EXPECT_EQ(fs::path(*written).filename(), content_name(bytes));
    EXPECT_EQ(*read_input(*written), bytes);
    EXPECT_EQ(*write_input(path("new/deep"), bytes), *written);
    EXPECT_EQ(read_corpus(path("new"))->size(), 1u);
}

TEST_F(CorpusFiles, AFolderThatCannotBeMadeIsASentence) {
    write("file", "");
    const auto written = write_input(path("file/below"), {1});
    ASSERT_FALSE(written);
    EXPECT_NE(written.problem().find(path("file/below")), std::string::npos) << written.problem();
}

TEST_F(CorpusFiles, ReplacingLeavesOtherFilesAlone) {
    write("README", "mine");
    const std::vector<Bytes> old = {{1}, {2}};
    const std::vector<Bytes> fresh = {{2}, {3}};
    ASSERT_TRUE(replace_corpus(folder_.string(), old));
    ASSERT_TRUE(replace_corpus(folder_.string(), fresh));
    EXPECT_TRUE(fs::exists(path("README")));
    EXPECT_FALSE(fs::exists(path(content_name(old[0]))));
    EXPECT_TRUE(fs::exists(path(content_name(fresh[0]))));
    EXPECT_TRUE(fs::exists(path(content_name(fresh[1]))));
}

TEST(SeedCorpus, TakesEveryAlternativeOfASmallChoice) {
    for (const Contract* contract : all_contracts()) {
        std::map<std::size_t, std::set<std::size_t>> taken;  // of the second choice, the first is the size
        const auto corpus = read_corpus(std::string(BRICKPROOF_CORPUS) + "/" + stem_of(*contract));
        ASSERT_TRUE(corpus) << corpus.problem();
        for (const Bytes& bytes : *corpus) {
            const DecodedCase decoded = decode_logged(*contract, bytes, {});
            if (decoded.choices.size() > 1) taken[decoded.choices[1].alternatives].insert(decoded.values[1]);
        }
        EXPECT_FALSE(taken.empty());
        for (const auto& [alternatives, values] : taken) {
            if (alternatives <= 40) {
                EXPECT_EQ(values.size(), alternatives) << contract->op;
            }
        }
    }
}

TEST(SeedCorpus, IsInTheSourceTreeForEveryOp) {
    for (const Contract* contract : all_contracts()) {
        const std::vector<std::string> folder = {std::string(BRICKPROOF_CORPUS) + "/" + stem_of(*contract)};
        const auto files = input_files(folder);
        ASSERT_TRUE(files) << files.problem();
        EXPECT_GT(files->size(), 5u) << contract->op;
        EXPECT_LT(files->size(), 200u) << contract->op;
        std::set<Bytes> wanted;
        for (const Bytes& bytes : seed_corpus(*contract, 1)) wanted.insert(bytes);
        for (const std::string& file : *files) {
            const Bytes bytes = *read_input(file);
            EXPECT_EQ(fs::path(file).filename(), content_name(bytes));
            EXPECT_LE(bytes.size(), longest_input) << file;
            EXPECT_FALSE(decode_case(*contract, bytes, {}).operands.empty()) << file;
            EXPECT_TRUE(wanted.erase(bytes)) << file << " is not what 'brickproof fuzz --write-corpus' writes";
        }
        EXPECT_TRUE(wanted.empty()) << contract->op << ": run 'brickproof fuzz --write-corpus fuzz/corpus'";
    }
}

}  // namespace
}  // namespace brickproof::fuzz
