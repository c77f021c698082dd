#include "fuzz/search/guided_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fuzz/corpus/seed_corpus.hpp"
#include "judge/fault_trap.hpp"
#include "wrong_dots.hpp"

namespace brickproof::fuzz {
namespace {

struct Record {
    std::vector<Bytes> cases;
    std::vector<Finding> findings;
};

Record search(const Kernel& kernel, const SearchSetup& setup, std::size_t steps) {
    install_fault_trap();
    Record record;
    GuidedSearch search(kernel, setup,
                        {.on_case = [&](const Bytes& bytes) { record.cases.push_back(bytes); },
                         .on_finding = [&](const Finding& finding) { record.findings.push_back(finding); }});
    for (std::size_t i = 0; i < steps; ++i) search.step();
    return record;
}

bool found(const Record& record, std::string_view statement) {
    return std::ranges::any_of(record.findings, [&](const Finding& f) { return f.statement == statement; });
}

TEST(GuidedSearch, FindsAFaultAtOneLengthAndShrinksIt) {
    const Kernel kernel = guest("drops_the_seventh_block", drops_the_seventh_block);
    const Record record = search(kernel, {}, 1500);
    ASSERT_TRUE(found(record, "exact_sum"));
    for (const Finding& finding : record.findings) {
        EXPECT_EQ(finding.sizes, "n = 224") << finding.statement;
        EXPECT_FALSE(finding.token.empty());
        EXPECT_LT(finding.bytes.size(), 40u) << finding.statement;
    }
}

TEST(GuidedSearch, NamesEachStatementOnce) {
    const Record record = search(guest("drops_the_seventh_block", drops_the_seventh_block), {}, 1500);
    std::set<std::string> names;
    for (const Finding& finding : record.findings) EXPECT_TRUE(names.insert(finding.statement).second);
    EXPECT_GT(names.size(), 1u);
}

TEST(GuidedSearch, TheSameSeedTriesTheSameCases) {
    const Kernel kernel = guest("right", right_dot());
    const Record first = search(kernel, {.seed = 5}, 400);
    EXPECT_EQ(first.cases, search(kernel, {.seed = 5}, 400).cases);
    EXPECT_NE(first.cases, search(kernel, {.seed = 6}, 400).cases);
    EXPECT_TRUE(first.findings.empty());
}

TEST(GuidedSearch, TriesTheCorpusFirst) {
    const Record record = search(guest("right", right_dot()), {.corpus = {{7, 7, 7}, {}}}, 2);
    EXPECT_EQ(record.cases, (std::vector<Bytes>{{7, 7, 7}, {}}));
}

// Without putting back: 201 sizes take 201 cases.
TEST(GuidedSearch, MeetsEverySizeBeforeAnyTwice) {
    const Contract& contract = *find_contract("q8_0.dot");
    const std::size_t sizes = decode_logged(contract, {}, {}).choices.front().alternatives;
    Dealer dealer(contract, domains_of(contract));
    Random random(1);
    std::set<std::size_t> met;
    for (std::size_t i = 0; i < sizes; ++i) met.insert(decode_case(contract, dealer.deal(random), {}).sizes[0]);
    EXPECT_EQ(met.size(), sizes);
    EXPECT_TRUE(dealer.been_round());
}

TEST(GuidedSearch, LeavesOutWhatItIsToldToSkip) {
    const Record record =
        search(guest("drops_the_seventh_block", drops_the_seventh_block), {.skip = {"exact_sum"}}, 1500);
    EXPECT_FALSE(found(record, "exact_sum"));
    EXPECT_FALSE(record.findings.empty());
}

TEST(ShareLevel, RisesTowardsTheBound) {
    EXPECT_EQ(share_level(0.0), 0u);
    std::size_t last = 0;
    for (const double share : {0.01, 0.1, 0.5, 0.75, 0.9, 0.99, 1.0}) {
        EXPECT_GT(share_level(share), last) << share;
        last = share_level(share);
    }
    EXPECT_EQ(share_level(7.0), share_level(1.0));
}

}  // namespace
}  // namespace brickproof::fuzz
