// Every byte string is a case, under every combination of preconditions; shorter and smaller bytes are simpler.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "engine/byte_search.hpp"
#include "engine/contract.hpp"
#include "engine/sizes.hpp"
#include "random_bytes.hpp"

namespace brickproof {
namespace {

std::vector<Preconditions> all_combinations(const Contract& contract) {
    std::vector<Preconditions> combinations(std::size_t{1} << contract.preconditions.size());
    for (std::size_t mask = 0; mask < combinations.size(); ++mask)
        for (std::size_t i = 0; i < contract.preconditions.size(); ++i)
            if ((mask >> i & 1) != 0) combinations[mask].add(contract.preconditions[i].name);
    return combinations;
}

void expect_consistent(const Contract& contract, const Case& c) {
    ASSERT_EQ(c.sizes.size(), contract.size_names.size()) << contract.op;
    std::size_t outputs = 0;
    for (const Operand& operand : c.operands) {
        if (operand.access == Access::output) {
            ++outputs;
            ASSERT_TRUE(operand.contents.empty()) << contract.op << ", " << operand.name;
        } else {
            ASSERT_EQ(operand.contents.size(), operand.count * operand.type->bytes)
                << contract.op << ", " << operand.name;
        }
    }
    ASSERT_GT(outputs, 0u);
    ASSERT_LT(outputs, c.operands.size());
    const std::vector<OracleOutput> exact = contract.oracle(c);
    ASSERT_EQ(exact.size(), outputs) << contract.op;
    std::size_t output = 0;
    for (const Operand& operand : c.operands) {
        if (operand.access != Access::output) continue;
        const std::size_t values = operand.count * operand.type->numbers();
        ASSERT_EQ(exact[output].exact.size(), values) << contract.op << ", " << operand.name;
        ASSERT_EQ(exact[output].bound.size(), values) << contract.op << ", " << operand.name;
        ++output;
    }
}

TEST(Domains, EveryByteStringIsACaseUnderEveryCombinationOfPreconditions) {
    Random random(20);
    for (const Contract* contract : all_contracts()) {
        const std::vector<Preconditions> combinations = all_combinations(*contract);
        for (std::size_t length = 0; length <= 100; ++length) {
            const Preconditions& holding = combinations[random.below(combinations.size())];
            ASSERT_NO_FATAL_FAILURE(
                expect_consistent(*contract, decode_case(*contract, random_bytes(random, length), holding)));
            if (length % 10 > 0) continue;  // bytes of 0xFF state the largest sizes, which take long
            ASSERT_NO_FATAL_FAILURE(
                expect_consistent(*contract, decode_case(*contract, Bytes(length, 0xFF), holding)));
        }
        for (const Preconditions& holding : combinations)
            for (const std::size_t length : {1u, 7u, 40u, 100u})
                ASSERT_NO_FATAL_FAILURE(
                    expect_consistent(*contract, decode_case(*contract, random_bytes(random, length), holding)));
    }
}

// A number that a kernel takes by value, such as eps.
bool is_parameter(const Operand& operand) {
    return operand.access == Access::input && operand.count == 1;
}

TEST(Domains, TheEmptyStringIsTheSmallestCase) {
    for (const Contract* contract : all_contracts()) {
        for (const Preconditions& holding : all_combinations(*contract)) {
            const Case c = decode_case(*contract, {}, holding);
            ASSERT_NO_FATAL_FAILURE(expect_consistent(*contract, c));
            // Attention over no keys has no result (kernel_abi.h: seq >= 1).
            const std::size_t smallest = contract->op == "attention" ? 1 : 0;
            EXPECT_TRUE(std::ranges::all_of(c.sizes, [=](std::size_t n) { return n == smallest; })) << contract->op;
            for (const Operand& operand : c.operands)
                EXPECT_TRUE(operand.contents.empty() || is_parameter(operand))
                    << contract->op << ", " << operand.name;
        }
    }
}

TEST(Domains, TrailingZerosMeanWhatNoBytesMean) {
    Random random(21);
    for (const Contract* contract : all_contracts()) {
        for (int i = 0; i < 20; ++i) {
            const Bytes bytes = random_bytes(random, random.below(20));
            Bytes longer = bytes;
            longer.resize(bytes.size() + 50);
            const Case a = decode_case(*contract, bytes, {});
            const Case b = decode_case(*contract, longer, {});
            ASSERT_EQ(a.sizes, b.sizes);
            for (std::size_t k = 0; k < a.operands.size(); ++k)
                ASSERT_EQ(a.operands[k].contents, b.operands[k].contents) << contract->op;
        }
    }
}

TEST(Domains, OneSizeByteAndNothingElseIsAllZeroOrTheSimplestData) {
    for (const Contract* contract : all_contracts()) {
        const Case c = decode_case(*contract, Bytes(contract->size_names.size() * 2, 1), {});
        const Case again = decode_case(*contract, Bytes(contract->size_names.size() * 2, 1), {});
        for (std::size_t k = 0; k < c.operands.size(); ++k)
            EXPECT_EQ(c.operands[k].contents, again.operands[k].contents) << contract->op;
        EXPECT_GT(*std::ranges::max_element(c.sizes), 0u) << contract->op;
    }
}

TEST(Domains, TypicalCasesHaveTheSizesThatAreAskedFor) {
    for (const Contract* contract : all_contracts()) {
        const std::vector<std::size_t> sizes(contract->size_names.size(), 64);
        Case one;
        Case same;
        Case other;
        contract->typical(sizes, 5, one);
        contract->typical(sizes, 5, same);
        contract->typical(sizes, 6, other);
        ASSERT_NO_FATAL_FAILURE(expect_consistent(*contract, one));
        for (std::size_t i = 0; i < sizes.size(); ++i) {
            if (std::ranges::count(contract->parameters, contract->size_names[i]) > 0) continue;
            EXPECT_EQ(one.sizes[i], sizes[i]) << contract->op << ", " << contract->size_names[i];
        }
        EXPECT_EQ(one.operands[0].contents, same.operands[0].contents) << contract->op;
        EXPECT_NE(one.operands[0].contents, other.operands[0].contents) << contract->op;
    }
}

// Wherever a fault begins to show, at rows too long for a buffer or at too many of them, a sweep must have been.
TEST(Domains, LongRowsAndManyRowsAreInEverySweep) {
    struct Wanted {
        const char* op;
        std::size_t long_row;
        int least;  // so many of them
    };
    for (const auto& [op, long_row, least] : {Wanted{"gemv", 4096, 8}, Wanted{"q8_0.gemv", 8192, 2}}) {
        const Contract& contract = *find_contract(op);
        const auto choices_of = [&](const Bytes& bytes) {
            std::vector<Choice> log;
            ChoiceReader choices(bytes, &log);
            Case c;
            contract.decode(choices, {}, c);
            return log;
        };
        for (std::uint64_t seed = 1; seed <= 8; ++seed) {
            int long_rows = 0;
            int many_rows = 0;
            for (const Bytes& bytes : choice_sweep(choices_of, seed)) {
                const Case c = decode_case(contract, bytes, {});
                long_rows += c.sizes[0] > 0 && c.sizes[1] > long_row ? 1 : 0;
                many_rows += c.sizes[0] > 64 && c.sizes[1] > 0 ? 1 : 0;
            }
            EXPECT_GE(long_rows, least) << op << ", seed " << seed;
            EXPECT_GE(many_rows, 8) << op << ", seed " << seed;
        }
    }
}

TEST(Sizes, ALargeMatrixLosesRowsOrColumnsInTurn) {
    constexpr std::size_t most = 1 << 14;
    for (const std::size_t picked : element_counts()) {
        int kept = 0;
        for (const std::size_t picked_rows : row_counts()) {
            PickedSize rows{picked_rows};
            PickedSize columns{picked};
            limit_matrix(rows, columns, most);
            EXPECT_LE(rows.value * columns.value, rows.value == 1 ? picked : most);
            EXPECT_TRUE(rows.value == picked_rows || columns.value == picked);
            EXPECT_EQ(rows.value == 0 || columns.value == 0, picked_rows == 0 || picked == 0);
            kept += columns.value == picked && rows.value > 0 ? 1 : 0;
        }
        EXPECT_GE(kept, 9) << picked;
    }
}

TEST(Sizes, EveryRemainderComesInEveryOctave) {
    const auto expect_remainders = [](std::span<const std::size_t> table, std::size_t modulus, std::size_t first) {
        std::set<std::size_t> remainders;
        for (const std::size_t n : table)
            if (n >= first && n < 2 * first) remainders.insert(n % modulus);
        EXPECT_EQ(remainders.size(), modulus) << "from " << first;
    };
    for (const std::size_t octave : {64u, 256u, 512u, 1024u, 2048u})
        expect_remainders(element_counts(), 64, octave);
    for (const std::size_t octave : {32u, 96u, 256u}) expect_remainders(block_counts(), 32, octave);
}

// A size that is asked for is there, as it is, in every case that is made for it, and a token needs nothing else.
TEST(Sizes, AStatedSizeIsThatOfTheCase) {
    const std::vector<StatedSize> stated = {{"", 14336}, {"n", 11008}, {"rows", 65600}};
    for (const Contract* contract : all_contracts()) {
        const auto choices_of = [&](const Bytes& bytes) {
            std::vector<Choice> log;
            ChoiceReader choices(bytes, &log);
            Case c;
            contract->decode(choices, {}, c);
            return log;
        };
        std::size_t expected = 0;
        for (const SizeChoice& size : size_choices(*contract))
            for (const StatedSize& wanted : stated)
                expected += (wanted.name.empty() || wanted.name == size.name) && can_be(size, wanted.value) ? 1 : 0;
        const std::vector<Bytes> cases = stated_size_cases(choices_of, 1, stated, 1);
        EXPECT_EQ(cases.size(), expected) << contract->op;
        EXPECT_GT(cases.size(), 0u) << contract->op;
        for (const Bytes& bytes : cases) {
            const Case c = decode_case(*contract, bytes, {});
            EXPECT_TRUE(
                std::ranges::any_of(c.sizes, [](std::size_t n) { return n == 14336 || n == 11008 || n == 65600; }))
                << contract->op << ": " << describe_sizes(c, contract->size_names);
        }
    }
}

TEST(Sizes, TablesStartAtZeroAscendAndHoldTheTails) {
    for (const auto table : {element_counts(), block_counts(), row_counts()}) {
        EXPECT_EQ(table.front(), 0u);
        EXPECT_TRUE(std::ranges::is_sorted(table, std::ranges::less_equal{}));
    }
    for (std::size_t n = 0; n <= 160; ++n) EXPECT_TRUE(std::ranges::binary_search(element_counts(), n)) << n;
    for (const std::size_t n : {255u, 256u, 257u, 1023u, 1025u, 4095u, 4097u, 16385u})
        EXPECT_TRUE(std::ranges::binary_search(element_counts(), n)) << n;
    for (std::size_t n = 0; n <= 64; ++n) EXPECT_TRUE(std::ranges::binary_search(block_counts(), n)) << n;
    for (std::size_t n = 0; n <= 17; ++n) EXPECT_TRUE(std::ranges::binary_search(row_counts(), n)) << n;
}

}  // namespace
}  // namespace brickproof
