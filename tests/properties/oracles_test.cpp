// The oracles against integers that no rounding touches.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/fills.hpp"
#include "exact_integers.hpp"
#include "q8_0_dot/q8_0_dot_oracle.hpp"
#include "q8_0_gemv/q8_0_gemv_oracle.hpp"
#include "q8_0_quantize/q8_0_quantize_oracle.hpp"
#include "q8_0f_dequantize/q8_0f_dequantize_oracle.hpp"
#include "q8_0f_quantize/q8_0f_quantize_oracle.hpp"
#include "random_bytes.hpp"

namespace brickproof {
namespace {

using Block = brickproof_q8_0;

struct IntegerDot {
    Int128 sum = 0;
    Int128 magnitudes = 0;
};

IntegerDot integer_dot(std::span<const Block> a, std::span<const Block> b) {
    IntegerDot dot;
    for (const Int128 term : terms_in_units(a, b)) {
        dot.sum += term;
        dot.magnitudes += magnitude(term);
    }
    return dot;
}

// What float64 sums of so many blocks may be off by: a rounding each (Higham, 3.1), u = 2^-53.
void expect_float64_of(const ExactDot& dot, std::span<const Block> a, std::span<const Block> b) {
    const IntegerDot exact = integer_dot(a, b);
    // A sum of multiples of 2^-48, rounded or not, is one.
    const auto got = static_cast<Int128>(std::ldexp(dot.sum, 48));
    const double room = static_cast<double>(a.size()) * 0x1p-52 * static_cast<double>(exact.magnitudes);
    ASSERT_LE(static_cast<double>(magnitude(got - exact.sum)), room);
    const auto magnitudes = static_cast<Int128>(std::ldexp(dot.sum_of_magnitudes, 48));
    ASSERT_LE(static_cast<double>(magnitude(magnitudes - exact.magnitudes)), room);
}

TEST(Oracles, DotIsTheIntegerSum) {
    const Contract& contract = *find_contract("q8_0.dot");
    Random random(50);
    for (int i = 0; i < 2000; ++i) {
        const Case c = decode_case(contract, random_bytes(random, 96), Preconditions({"finite"}));
        const auto a = c.input<Block>(0);
        const auto b = c.input<Block>(1);
        ASSERT_NO_FATAL_FAILURE(expect_float64_of(exact_q8_0_dot(a, b), a, b)) << "case " << i;
    }
}

TEST(Oracles, GemvIsTheIntegerSumOfEachRow) {
    const Contract& contract = *find_contract("q8_0.gemv");
    Random random(51);
    for (int i = 0; i < 100; ++i) {
        const Case c = decode_case(contract, random_bytes(random, 96), Preconditions({"finite"}));
        const auto w = c.input<Block>(0);
        const auto x = c.input<Block>(1);
        const Array<ExactDot> y = exact_q8_0_gemv(w, x, c.sizes[0]);
        ASSERT_EQ(y.size(), c.sizes[0]);
        for (std::size_t row = 0; row < y.size(); ++row)
            ASSERT_NO_FATAL_FAILURE(expect_float64_of(y[row], w.subspan(row * x.size(), x.size()), x));
    }
}

TEST(Oracles, DequantizedValuesAreTheIntegerProducts) {
    const Contract& contract = *find_contract("q8_0.dequantize");
    Random random(52);
    for (int i = 0; i < 500; ++i) {
        const Case c = decode_case(contract, random_bytes(random, 96), Preconditions({"finite"}));
        const auto x = c.input<Block>(0);
        const Array<double> y = contract.oracle(c)[0].exact;
        for (std::size_t k = 0; k < y.size(); ++k)
            ASSERT_EQ(std::ldexp(y[k], 24), static_cast<double>(half_in_units(x[k / 32].d) * x[k / 32].qs[k % 32]));
    }
}

TEST(Oracles, DequantizedValuesWithFloatScalesAreExactInFloat64) {
    Random random(53);
    for (int i = 0; i < 2000; ++i) {
        const std::int8_t q[] = {static_cast<std::int8_t>(random.between(-128, 127))};
        const float scale[] = {std::ldexp(1.0f + random.unit(), random.between(-126, 127))};
        const Array<double> y = exact_q8_0f_dequantize(q, scale);
        int exponent = 0;
        const double significand = std::frexp(static_cast<double>(scale[0]), &exponent);
        const auto product = static_cast<std::int64_t>(std::ldexp(significand, 24)) * q[0];
        ASSERT_EQ(y[0], std::ldexp(static_cast<double>(product), exponent - 24));
    }
}

// The exact scale amax/127 as a quotient: scale * 127 is amax to float64's rounding, and x / scale is 127 x / amax.
TEST(Oracles, QuantizePromisesTheQuotient) {
    Random random(54);
    for (int i = 0; i < 2000; ++i) {
        std::vector<float> x(32);
        for (float& value : x) value = std::ldexp(random.symmetric(), random.between(-8, 8));
        const double amax = amax_of(x);
        for (const BlockPromise& promise : {q8_0f_block_promise(x), q8_0_block_promise(x)}) {
            ASSERT_LE(std::fabs(std::fma(promise.scale, 127.0, -amax)), amax * 0x1p-52);
            ASSERT_TRUE(promise.scale_promised && promise.codes_promised);
            ASSERT_LE(promise.lowest_scale, promise.highest_scale);
        }
        const BlockPromise half = q8_0_block_promise(x);
        ASSERT_EQ(half_value(half_nearest(half.scale)),
                  std::clamp(half_value(half_nearest(half.scale)), half.lowest_scale, half.highest_scale));
        const OracleOutput codes =
            codes_oracle(q8_0f_quantize_format(), x, promises_of(q8_0f_quantize_format(), x));
        for (std::size_t k = 0; k < x.size(); ++k)
            ASSERT_LE(std::fabs(codes.exact[k] - 127.0 * x[k] / amax), 127.0 * 0x1p-50);
    }
}

}  // namespace
}  // namespace brickproof
