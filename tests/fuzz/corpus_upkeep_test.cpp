// What keeps a corpus small and lets many machines share the work: covers, minimising, merging, streams, findings.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/replay_token.hpp"
#include "fuzz/campaign/finding_files.hpp"
#include "fuzz/campaign/messages.hpp"
#include "fuzz/campaign/regression.hpp"
#include "fuzz/corpus/corpus_files.hpp"
#include "fuzz/corpus/minimise.hpp"
#include "fuzz/corpus/set_cover.hpp"
#include "fuzz/corpus/share_survey.hpp"
#include "fuzz/search/random_stream.hpp"
#include "wrong_dots.hpp"

namespace brickproof::fuzz {
namespace {

namespace fs = std::filesystem;

fs::path fresh_folder(const std::string& name) {
    const fs::path folder = fs::path(testing::TempDir()) / (name + std::to_string(getpid()));
    fs::remove_all(folder);
    return folder;
}

std::string contents(const fs::path& file) {
    std::stringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

std::vector<Bytes> random_cases(std::size_t count, std::size_t values) {
    std::vector<Bytes> cases(count);
    Random random(3);
    for (Bytes& bytes : cases) {
        bytes.resize(random.below(60));
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(values));
    }
    return cases;
}

TEST(GreedyCover, TakesWhatAddsMostAndTheCheapestOfEquals) {
    const std::vector<CoverCandidate> candidates = {{{1, 2}, 5}, {{1, 2, 3, 4}, 9}, {{1, 2, 3, 4}, 8},
                                                    {{5}, 1},    {{}, 0},           {{4, 5}, 0}};
    EXPECT_EQ(greedy_cover(candidates), (std::vector<std::size_t>{2, 5}));
}

TEST(Minimise, KeepsEveryFeatureAndTheCaseNearestToABound) {
    const Kernel kernel = guest("right", right_dot());
    const std::vector<Bytes> cases = random_cases(300, 8);
    const std::vector<AssumedKernel> kernels = {{&kernel, {}, {}}};
    const std::vector<Bytes> few = minimised(kernels, cases);
    EXPECT_LT(few.size(), cases.size());
    EXPECT_GT(few.size(), 5u);
    // Nothing is left to leave out: what is minimal stays.
    EXPECT_EQ(minimised(kernels, few).size(), few.size());
    std::set<Feature> of_all;
    std::set<Feature> of_few;
    const auto add = [&](const Bytes& bytes, std::set<Feature>& to) {
        const Preconditions finite({"finite", "quants>-128"});
        for (const Feature feature : pair_features(decode_logged(*kernel.contract, bytes, finite), 0))
            to.insert(feature);
    };
    for (const Bytes& bytes : cases) add(bytes, of_all);
    for (const Bytes& bytes : few) add(bytes, of_few);
    EXPECT_EQ(of_all, of_few);
}

// What a campaign has found out is not tried again: the kernel would end its process.
TEST(Minimise, TakesACampaignsWordForWhatIsNearest) {
    const Kernel kernel = guest("kills_its_process", kills_its_process);
    const std::vector<Bytes> cases = {{5}, {5, 0}, {5, 0, 0}, {5, 0, 0, 0}};  // one case, written in four ways
    EXPECT_EQ(minimised({{&kernel, {}, std::vector<Bytes>{}}}, cases).size(), 1u);
    EXPECT_EQ(minimised({{&kernel, {}, std::vector<Bytes>{cases[2]}}}, cases), std::vector<Bytes>{cases[2]});
    EXPECT_EQ(minimised({{&kernel, {}, std::vector<Bytes>{{5, 0, 1}}}}, cases).size(), 1u)
        << "no case of the corpus";
}

// As each kernel alone.
TEST(Minimise, TriesSeveralKernelsAtOnce) {
    const Kernel right = guest("right", right_dot());
    const Kernel kills = guest("kills_its_process", kills_its_process);
    const std::vector<Bytes> cases = random_cases(60, 256);
    const std::vector<SurveyedKernel> both = {{&kills, {}, 0}, {&right, {}, 1}};
    const auto together = survey_shares(both, cases, 2);
    ASSERT_EQ(together.size(), 2u);
    for (std::size_t i = 0; i < both.size(); ++i) {
        const auto alone = survey_shares(std::span(both).subspan(i, 1), cases, 1);
        ASSERT_EQ(together[i].size(), alone[0].size());
        for (std::size_t k = 0; k < alone[0].size(); ++k) {
            EXPECT_EQ(together[i][k].index, alone[0][k].index);
            EXPECT_EQ(together[i][k].statement, alone[0][k].statement);
            EXPECT_EQ(together[i][k].level, alone[0][k].level);
        }
    }
    EXPECT_GT(together[1].size(), 0u);
}

TEST(Minimise, SurvivesAKernelThatKillsItsProcess) {
    const Kernel kernel = guest("kills_its_process", kills_its_process);
    const std::vector<Bytes> cases = {{}, {3}, {5, 1, 1}, {3, 9}};
    EXPECT_FALSE(minimised({{&kernel, {}, {}}}, cases).empty());
}

TEST(MergeCorpus, AddsWhatIsNewUnderItsContentName) {
    const fs::path folder = fresh_folder("merge_");
    ASSERT_TRUE(write_input((folder / "a").string(), {1, 2}));
    ASSERT_TRUE(write_input((folder / "a").string(), {3}));
    ASSERT_TRUE(write_input((folder / "b").string(), {3}));
    std::ofstream(folder / "a" / "half-written.7.tmp") << "x";
    const auto added = merge_corpus((folder / "a").string(), (folder / "b").string());
    ASSERT_TRUE(added) << added.problem();
    EXPECT_EQ(*added, 1u);
    EXPECT_EQ(read_corpus((folder / "b").string())->size(), 2u);
    fs::remove_all(folder);
}

TEST(Shards, DrawFromStreamsOfTheirOwn) {
    std::set<std::uint64_t> streams;
    for (std::uint64_t index = 0; index < 3; ++index)
        for (std::uint64_t task = 0; task < 50; ++task) streams.insert(Shard{index, 3}.stream(task));
    EXPECT_EQ(streams.size(), 150u);
    std::set<std::uint64_t> numbers;
    for (const std::uint64_t stream : streams) {
        Random random(stream_seed(1, stream));
        for (int i = 0; i < 100; ++i) numbers.insert(random.next());
    }
    EXPECT_EQ(numbers.size(), 15000u);
    // 2^40 steps on, to the number: SplitMix64's state is a counter.
    std::uint64_t state = 1;
    for (int i = 0; i < 40; ++i) state = i == 0 ? 0x9E3779B97F4A7C15u * 2 : state * 2;
    EXPECT_EQ(stream_seed(1, 1), 1 + state);
}

// The right kernel, as if it had failed: found_by_the_campaign_test.cpp is what is written of it.
Finding sample_finding() {
    const Contract& contract = *find_contract("q8_0.dot");
    const Bytes bytes = {2, 3, 7, 1, 0, 4};
    return {.library = "brick",
            .op = "q8_0.dot",
            .variant = "scalar",
            .plugin_path = "",
            .statement = "exact_sum",
            .message = "result[0] is 1,\nexpected 2",
            .sizes = "n = 64",
            .bytes = bytes,
            .token = make_token(contract, bytes)};
}

// One such file is compiled with these tests, as it was written.
TEST(FindingFiles, AreACaseATokenAndASourceThatCompilesHere) {
    const fs::path folder = fresh_folder("findings_");
    const Finding finding = sample_finding();
    const auto written = write_finding(folder.string(), finding);
    ASSERT_TRUE(written) << written.problem();
    const std::string stem = (folder / "q8_0_dot_scalar_exact_sum").string();
    EXPECT_EQ(contents(stem + ".token"), finding.token + "\n");
    EXPECT_EQ(contents(stem + ".case"), std::string(finding.bytes.begin(), finding.bytes.end()));
    EXPECT_EQ(contents(stem + "_test.cpp"), contents(BRICKPROOF_FUZZ_TESTS "/q8_0_dot_scalar_exact_sum_test.cpp"));
    fs::remove_all(folder);
}

TEST(Regression, KeepsWhatTheSearchAssumed) {
    Finding finding = sample_finding();
    finding.assumed = {"quants>-128", "finite"};
    const std::string source = regression_source(finding);
    EXPECT_NE(source.find(".assume = {\"quants>-128\", \"finite\"},"), std::string::npos) << source;
    EXPECT_NE(source.find("--assume 'q8_0.dot:quants>-128' --assume q8_0.dot:finite"), std::string::npos) << source;
}

TEST(Regression, SaysWhatFailsAndWhatIsNotThere) {
    Regression regression{.token = sample_finding().token, .variant = "scalar", .statement = "exact_sum"};
    EXPECT_EQ(failure_of(regression), "");
    regression.statement = "no_such_statement";
    EXPECT_NE(failure_of(regression).find("no_such_statement"), std::string::npos);
    regression.variant = "sse9";
    EXPECT_NE(failure_of(regression).find("there is no kernel q8_0.dot / sse9"), std::string::npos);
    regression.token += "x";
    EXPECT_NE(failure_of(regression).find("is no replay token"), std::string::npos);
}

TEST(Messages, SurviveTheirJourneyAndNothingElseIsTaken) {
    const Kernel kernel = guest("right", right_dot());
    const auto kept = parse_message(kept_message(kernel, {1, 2}), kernel);
    ASSERT_TRUE(kept) << kept.problem();
    EXPECT_EQ(kept->kept, (Bytes{1, 2}));
    const auto nearer = parse_message(nearer_message(kernel, "within_bound", 9, {3}), kernel);
    ASSERT_TRUE(nearer) << nearer.problem();
    EXPECT_EQ(nearer->kind, Message::Kind::nearer);
    EXPECT_EQ(nearer->statement, "within_bound");
    EXPECT_EQ(nearer->level, 9u);
    EXPECT_EQ(nearer->kept, Bytes{3});
    std::string negative = nearer_message(kernel, "within_bound", 9, {3});
    negative.replace(negative.find('9'), 1, "-9");
    EXPECT_FALSE(parse_message(negative, kernel)) << negative;
    const auto finding = parse_message(finding_message(sample_finding()), kernel);
    ASSERT_TRUE(finding) << finding.problem();
    EXPECT_EQ(finding->finding.statement, "exact_sum");
    EXPECT_EQ(finding->finding.bytes, sample_finding().bytes);
    EXPECT_EQ(parse_message(done_message(), kernel)->kind, Message::Kind::done);
    for (const char* line : {"", "{", "[]", "null", "{\"kept\":1}", "{\"kept\":\"x\"}", "{\"finding\":\"a\"}"})
        EXPECT_FALSE(parse_message(line, kernel)) << line;
}

}  // namespace
}  // namespace brickproof::fuzz
