#include "fuzz/campaign/campaign.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "fuzz/campaign/regression.hpp"
#include "fuzz/corpus/corpus_files.hpp"
#include "fuzz/search/mutation.hpp"
#include "fuzz/search/op_target.hpp"
#include "wrong_dots.hpp"

namespace brickproof::fuzz {
namespace {

namespace fs = std::filesystem;

TEST(Campaign, SurvivesAKernelThatKillsItsProcessAndNamesTheCase) {
    const CampaignSummary summary = run_campaign({guest("kills_its_process", kills_its_process)}, {.seconds = 3.0});
    ASSERT_EQ(summary.findings.size(), 1u);
    EXPECT_EQ(summary.findings[0].statement, "no_crash");
    EXPECT_EQ(summary.findings[0].sizes, "n = 96");
    EXPECT_NE(summary.findings[0].message.find("signal 9"), std::string::npos) << summary.findings[0].message;
}

TEST(Campaign, WritesWhatItKeepsAndWhatItFinds) {
    const fs::path folder = fs::path(testing::TempDir()) / ("campaign_" + std::to_string(getpid()));
    const Kernel kernel = guest("drops_the_seventh_block", drops_the_seventh_block);
    const CampaignSummary summary = run_campaign({kernel}, {.seconds = 2.0, .jobs = 2, .corpus = folder.string()});
    EXPECT_TRUE(summary.problems.empty());
    EXPECT_GT(summary.executions, summary.kept);
    std::set<std::string> statements;
    for (const Finding& finding : summary.findings) {
        EXPECT_TRUE(statements.insert(finding.statement).second) << "twice: " << finding.statement;
        EXPECT_TRUE(fs::exists(folder / "findings" / "q8_0_dot" / (name_of(finding) + ".case")));
    }
    EXPECT_TRUE(statements.contains("exact_sum"));
    const auto kept = read_corpus((folder / "q8_0_dot").string());
    ASSERT_TRUE(kept) << kept.problem();
    EXPECT_GT(kept->size(), 10u);
    fs::remove_all(folder);
}

TEST(Campaign, StopsAtOnceWhenInterrupted) {
    const std::atomic<bool> interrupted{true};
    const CampaignSummary summary =
        run_campaign({guest("right", right_dot())}, {.seconds = 60.0, .interrupted = &interrupted});
    EXPECT_TRUE(summary.interrupted);
    EXPECT_LT(summary.seconds, 1.0);
}

TEST(OpTarget, AcceptsTheOwnKernelsAndRefusesAWrongOne) {
    const Contract& contract = *find_contract("q8_0.dot");
    OpTarget own = own_target(contract);
    OpTarget wrong(contract, {guest("drops_the_seventh_block", drops_the_seventh_block)});
    EXPECT_GT(own.kernel_count(), 0u);
    EXPECT_GT(own.statement_count(), wrong.statement_count() - 1);
    const auto corpus = read_corpus(BRICKPROOF_CORPUS "/q8_0_dot");
    ASSERT_TRUE(corpus) << corpus.problem();
    for (const Bytes& bytes : *corpus) EXPECT_FALSE(own.check(bytes));

    Random random(1);
    std::optional<Violation> violation;
    for (int i = 0; i < 50 && !violation; ++i) {
        Bytes bytes = {7, 0};  // blocks
        while (bytes.size() < longest_input) bytes.push_back(static_cast<std::uint8_t>(random.below(256)));
        ASSERT_EQ(decode_case(contract, bytes, {}).sizes[0], 7u * BRICKPROOF_Q8_0_BLOCK);
        violation = wrong.check(bytes);
    }
    ASSERT_TRUE(violation);
    EXPECT_EQ(violation->variant, "drops_the_seventh_block");
    EXPECT_FALSE(violation->token.empty());
}

}  // namespace
}  // namespace brickproof::fuzz
