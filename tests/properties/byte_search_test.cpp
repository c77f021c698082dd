// The search for counterexamples: deterministic, complete in its sweep, and its finds are small.
#include "engine/byte_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace brickproof {
namespace {

std::vector<Choice> three_choices(const Bytes& bytes) {
    std::vector<Choice> log;
    ChoiceReader choices(bytes, &log);
    choices.pick(10);
    choices.pick(300);
    choices.u16();
    choices.pick(3);
    return log;
}

TEST(ByteSearch, TheSweepTakesEveryAlternativeOfEveryChoice) {
    std::set<std::size_t> first;
    std::set<std::size_t> second;
    std::set<std::size_t> third;
    const std::vector<Bytes> cases = choice_sweep(three_choices, 1);
    EXPECT_EQ(cases.size(), 313u);
    for (const Bytes& bytes : cases) {
        ChoiceReader choices(bytes);
        first.insert(choices.pick(10));
        second.insert(choices.pick(300));
        choices.u16();
        third.insert(choices.pick(3));
    }
    EXPECT_EQ(first.size(), 10u);
    EXPECT_EQ(second.size(), 300u);
    EXPECT_EQ(third.size(), 3u);
}

Outcome large_third_byte(const Bytes& bytes) {
    return bytes.size() > 2 && bytes[2] >= 100 ? Outcome::fail("found") : Outcome::pass(0.25);
}

TEST(ByteSearch, FindsAndShrinksToTheSmallest) {
    const SearchResult result = search_bytes(large_third_byte, three_choices, {.seed = 3, .random_cases = 200});
    ASSERT_TRUE(result.found);
    EXPECT_EQ(result.found->bytes, (Bytes{0, 0, 100}));
    EXPECT_EQ(result.found->outcome.message, "found");
}

// As a kernel's tail does: what is wrong in 7, 9, 11, ... blocks is shown with 7.
TEST(ByteSearch, ShrinksWhatDependsOnARemainder) {
    for (const unsigned modulus : {2u, 4u, 8u, 16u}) {
        const auto wrong_in_the_tail = [modulus](const Bytes& bytes) {
            return !bytes.empty() && bytes[0] > 5 && bytes[0] % modulus == modulus - 1 ? Outcome::fail("tail")
                                                                                       : Outcome::pass();
        };
        const Found found = shrink_bytes({{255}, Outcome::fail("tail")}, wrong_in_the_tail, 400);
        EXPECT_EQ(found.bytes, Bytes{static_cast<std::uint8_t>(modulus < 8 ? 7 : modulus - 1)}) << modulus;
    }
}

// What was found shows the fault at a large size only; other contents show it at a small one.
TEST(ByteSearch, SmallSizesAreTriedWithOtherContents) {
    const auto sizes_first = [](const Bytes& bytes) {
        std::vector<Choice> log;
        ChoiceReader choices(bytes, &log);
        choices.pick(256);
        choices.pick(8);
        return log;
    };
    const auto wrong = [](const Bytes& bytes) {
        ChoiceReader choices(bytes);
        const std::size_t size = choices.pick(256);
        const std::size_t contents = choices.pick(8);
        return size >= 150 || (size >= 3 && contents == 5) ? Outcome::fail("wrong") : Outcome::pass();
    };
    const Found found = shrink_sizes({{200, 0}, Outcome::fail("wrong")}, wrong, sizes_first, 800);
    ASSERT_FALSE(found.bytes.empty());
    EXPECT_EQ(found.bytes[0], 3);
    std::size_t evaluations = 0;
    shrink_sizes(
        {{200, 0}, Outcome::fail("wrong")},
        [&](const Bytes&) {
            ++evaluations;
            return Outcome::pass();
        },
        sizes_first, 50);
    EXPECT_LE(evaluations, 50u);
}

TEST(ByteSearch, TheSameSeedTriesTheSameCases) {
    const auto tried = [](std::uint64_t seed) {
        std::vector<Bytes> all;
        search_bytes(
            [&](const Bytes& bytes) {
                all.push_back(bytes);
                return Outcome::pass();
            },
            three_choices, {.seed = seed, .random_cases = 50});
        return all;
    };
    EXPECT_EQ(tried(7), tried(7));
    EXPECT_NE(tried(7), tried(8));
    EXPECT_EQ(tried(7).size(), 1u + 313 + 50);
    EXPECT_TRUE(tried(7).front().empty()) << "the smallest case comes first";
}

TEST(ByteSearch, CountsCasesAndDiscardsAndKeepsTheLargestShare) {
    const SearchResult result = search_bytes(
        [](const Bytes& bytes) {
            return bytes.empty() || bytes[0] % 2 == 0 ? Outcome::discard() : Outcome::pass(bytes[0] / 512.0);
        },
        three_choices, {.seed = 1, .random_cases = 100});
    EXPECT_FALSE(result.found);
    EXPECT_EQ(result.cases + result.discarded, 1u + 313 + 100);
    EXPECT_GT(result.discarded, 100u);
    EXPECT_GT(result.largest_share, 0.4);
}

TEST(ByteSearch, ShrinkingKeepsTheKindAndItsBudget) {
    std::size_t evaluations = 0;
    const auto note_or_fail = [&](const Bytes& bytes) {
        ++evaluations;
        return bytes.size() < 5 ? Outcome::fail("short") : Outcome::note("long");
    };
    const Found note = shrink_bytes({Bytes(50, 9), Outcome::note("long")}, note_or_fail, 1000);
    EXPECT_EQ(note.bytes, Bytes(5, 0)) << "a FAIL on the way is another finding";
    EXPECT_EQ(note.outcome.kind, Outcome::Kind::note);
    evaluations = 0;
    shrink_bytes({Bytes(50, 9), Outcome::note("long")}, note_or_fail, 7);
    EXPECT_EQ(evaluations, 7u);
}

}  // namespace
}  // namespace brickproof
