// The main weapon must be sharp: in the exact domain every partial sum, in every order, is representable in
// float32.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/contract.hpp"
#include "exact_integers.hpp"
#include "random_bytes.hpp"

namespace brickproof {
namespace {

using Block = brickproof_q8_0;

// The sum of all magnitudes is at most 2^24 units of the smallest set bit of any term: then each partial sum is a
// whole number of units below 2^24.
void expect_every_order_exact(std::span<const Block> a, std::span<const Block> b) {
    Int128 all_bits = 0;
    Int128 magnitudes = 0;
    for (const Int128 term : terms_in_units(a, b)) {
        all_bits |= magnitude(term);
        magnitudes += magnitude(term);
    }
    const Int128 unit = all_bits & -all_bits;
    if (unit == 0) return;
    ASSERT_LE(static_cast<double>(magnitudes / unit), 0x1p24);
}

// Sums of float32 in some order are the exact sum.
void expect_float_sum_exact(std::vector<float> terms, Int128 exact, Random& random) {
    for (int order = 0; order < 3; ++order) {
        float sum = 0.0f;
        for (const float term : terms) sum += term;
        ASSERT_EQ(std::ldexp(static_cast<double>(sum), 48), static_cast<double>(exact));
        for (std::size_t i = terms.size(); i > 1; --i) std::swap(terms[i - 1], terms[random.below(i)]);
    }
    while (terms.size() > 1) {  // pairwise
        for (std::size_t i = 0; i < terms.size() / 2; ++i) terms[i] = terms[2 * i] + terms[2 * i + 1];
        if (terms.size() % 2 == 1) terms[terms.size() / 2] = terms.back();
        terms.resize((terms.size() + 1) / 2);
    }
    if (!terms.empty()) {
        ASSERT_EQ(std::ldexp(static_cast<double>(terms[0]), 48), static_cast<double>(exact));
    }
}

void expect_exact(std::span<const Block> a, std::span<const Block> b, Random& random) {
    ASSERT_NO_FATAL_FAILURE(expect_every_order_exact(a, b));
    std::vector<float> terms;
    Int128 sum = 0;
    for (const Int128 term : terms_in_units(a, b)) {
        terms.push_back(std::ldexp(static_cast<float>(term), -48));
        sum += term;
    }
    ASSERT_NO_FATAL_FAILURE(expect_float_sum_exact(std::move(terms), sum, random));
}

TEST(ExactDomain, OfDotsIsExactInEveryOrder) {
    const Contract& contract = *find_contract("q8_0.dot");
    Random random(30);
    std::size_t nonzero = 0;
    for (int i = 0; i < 3000; ++i) {
        Preconditions holding({"finite", "exact"});
        if (i % 2 == 0) holding.add("quants>-128");
        const Case c = decode_case(contract, random_bytes(random, 96), holding);
        ASSERT_NO_FATAL_FAILURE(expect_exact(c.input<Block>(0), c.input<Block>(1), random)) << "case " << i;
        nonzero += contract.oracle(c)[0].exact[0] != 0.0 ? 1u : 0u;
    }
    EXPECT_GT(nonzero, 1000u) << "a domain of zeros proves nothing";
}

TEST(ExactDomain, OfGemvsIsExactInEveryRow) {
    const Contract& contract = *find_contract("q8_0.gemv");
    Random random(31);
    for (int i = 0; i < 300; ++i) {
        const Case c = decode_case(contract, random_bytes(random, 96), Preconditions({"finite", "exact"}));
        const auto w = c.input<Block>(0);
        const auto x = c.input<Block>(1);
        for (std::size_t row = 0; row < c.sizes[0]; ++row)
            ASSERT_NO_FATAL_FAILURE(expect_every_order_exact(w.subspan(row * x.size(), x.size()), x))
                << "case " << i << ", row " << row;
    }
}

TEST(ExactDomain, ReachesTheQuantsThatBreakKernels) {
    const Contract& contract = *find_contract("q8_0.dot");
    Random random(32);
    std::set<int> quants;
    bool neighbouring_lowest = false;  // (-128)(-128) twice is more than int16 holds
    bool subnormal_scale = false;
    for (int i = 0; i < 2000; ++i) {
        const Case c = decode_case(contract, random_bytes(random, 96), Preconditions({"finite", "exact"}));
        const auto a = c.input<Block>(0);
        const auto b = c.input<Block>(1);
        for (std::size_t k = 0; k < a.size(); ++k) {
            quants.insert(std::begin(a[k].qs), std::end(a[k].qs));
            neighbouring_lowest = neighbouring_lowest || (a[k].qs[0] == -128 && a[k].qs[1] == -128 &&
                                                          b[k].qs[0] == -128 && b[k].qs[1] == -128);
            subnormal_scale = subnormal_scale || ((a[k].d & 0x7C00) == 0 && (a[k].d & 0x03FF) != 0);
        }
    }
    EXPECT_EQ(quants.size(), 256u);
    EXPECT_TRUE(neighbouring_lowest);
    EXPECT_TRUE(subnormal_scale);
}

}  // namespace
}  // namespace brickproof
