// Campaigns over programs: a parser with two faults, by libFuzzer where it is built with it.
#include "fuzz/campaign/target_campaign.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "report/atomic_file.hpp"

namespace brickproof::fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<EngineTarget> wrong_parser() {
    const std::vector<std::string> paths{BRICKPROOF_WRONG_PARSER};
    const auto targets = find_targets(paths);
    EXPECT_TRUE(targets) << targets.problem();
    return targets ? *targets : std::vector<EngineTarget>{};
}

class TargetCampaign : public testing::Test {
  protected:
    ~TargetCampaign() override { fs::remove_all(folder_); }
    TargetSummary run(double seconds) {
        return run_target_campaign(wrong_parser(), {.seconds = seconds, .corpus = folder_.string()});
    }
    const fs::path folder_ = fs::path(testing::TempDir()) / ("target_campaign_" + std::to_string(getpid()));
};

#if BRICKPROOF_LIBFUZZER
// The statements that were found not to hold; each input is there, and named once.
std::set<std::string> statements_of(const TargetSummary& summary) {
    EXPECT_TRUE(summary.problems.empty());
    std::set<std::string> statements;
    for (const TargetFinding& finding : summary.findings) {
        EXPECT_TRUE(statements.insert(finding.statement).second) << "twice: " << finding.statement;
        EXPECT_TRUE(fs::is_regular_file(finding.path)) << finding.path;
    }
    return statements;
}

TEST_F(TargetCampaign, FindsBothFaultsShrinksThemAndFindsThemAgainAtOnce) {
    TargetSummary first = run(4.0);
    EXPECT_GT(first.executions, 1000u);
    EXPECT_GT(first.new_features, 0u);
    EXPECT_GE(first.corpus_before, first.corpus_after);
    // What four seconds are enough for depends on what else the machine does; campaigns go on where one ended.
    for (int more = 0; more < 20 && first.findings.size() < 2; ++more) first = run(4.0);
    const std::set<std::string> statements = statements_of(first);
    ASSERT_EQ(statements.size(), 2u);
    ASSERT_TRUE(statements.contains("a record is lost")) << *statements.begin();
    for (const TargetFinding& finding : first.findings) {
        EXPECT_EQ(fs::file_size(finding.path), 3u) << finding.path;
        EXPECT_EQ(fs::path(finding.path).parent_path(), folder_ / "findings" / "fuzz_wrong_parser");
    }

    const TargetSummary again = run(1.0);
    EXPECT_EQ(statements_of(again), statements);
    // Both were run before the search began, and what the search finds is them: no file is added.
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(folder_ / "findings" / "fuzz_wrong_parser"))
        files += entry.is_regular_file() ? 1 : 0;
    EXPECT_EQ(files, 2u);
}
#else
TEST_F(TargetCampaign, ATargetWithoutAnEngineIsNamed) {
    const TargetSummary summary = run(1.0);
    ASSERT_EQ(summary.problems.size(), 1u);
    EXPECT_NE(summary.problems[0].find("fuzz_wrong_parser does not search"), std::string::npos)
        << summary.problems[0];
}
#endif

TEST_F(TargetCampaign, ProgramsAreFoundWithWhatLiesBesideThem) {
    fs::create_directories(folder_ / "fuzz_one_seed_corpus");
    const auto write = [&](const char* name, const char* text) {
        ASSERT_TRUE(write_file((folder_ / name).string(), text));
        fs::permissions(folder_ / name, fs::perms::owner_exec, fs::perm_options::add);
    };
    write("fuzz_two", "#!/bin/sh\n");
    write("fuzz_one", "#!/bin/sh\n");
    write("another", "#!/bin/sh\n");
    ASSERT_TRUE(write_file((folder_ / "fuzz_one.options").string(), "[libfuzzer]\nmax_len = 96\ndict = a.dict\n"));
    const std::vector<std::string> paths{folder_.string()};
    const auto targets = find_targets(paths);
    ASSERT_TRUE(targets) << targets.problem();
    ASSERT_EQ(targets->size(), 2u);
    EXPECT_EQ((*targets)[0].name, "fuzz_one");
    EXPECT_EQ((*targets)[0].options,
              (std::vector<std::string>{"-max_len=96", "-dict=" + (folder_ / "a.dict").string()}));
    EXPECT_EQ((*targets)[0].seeds, (folder_ / "fuzz_one_seed_corpus").string());
    EXPECT_EQ((*targets)[1].seeds, "");
    const std::string empty = (folder_ / "fuzz_one_seed_corpus").string();
    for (const std::string& nothing : {std::string("/nowhere"), std::string("/etc/passwd"), empty})
        EXPECT_FALSE(find_targets(std::vector<std::string>{nothing})) << nothing;
}

}  // namespace
}  // namespace brickproof::fuzz
