// exp_f32 over all floats: its error, that it is monotone, its ends, and that all forms give the same bits.
#include "support/exp.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "exp_forms.hpp"
#include "kernel_rows.hpp"
#include "ulps.hpp"

#if defined(__aarch64__)
#include "support/exp_neon.hpp"
#endif

namespace brick {

void exp_scalar(const float* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = exp_f32(x[i]);
}

#if defined(__aarch64__)
void exp_neon(const float* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; i += 4) vst1q_f32(y + i, exp_f32(vld1q_f32(x + i)));
}
#endif

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr std::size_t chunk = 4096;
// Prime, so that every low bit occurs with every exponent.
constexpr std::uint32_t stride = 257;

using Chunk = std::array<float, chunk>;

// The floats without NaN in ascending order: 0 is number 0, 2^-149 number 1, Inf number infinity_number.
constexpr std::int64_t infinity_number = 0x7f800000;

float float_number(std::int64_t number) {
    const auto bits = static_cast<std::uint32_t>(number < 0 ? -number : number);
    return std::bit_cast<float>(number < 0 ? bits | 0x80000000u : bits);
}

// Between these the exact value is neither 0 nor 1 nor Inf to a float.
constexpr float all_zero_below = -104.0f;
constexpr float all_infinite_above = 88.73f;
constexpr float all_one_within = 0x1p-25f;

double error_in_ulps(float x, float y) {
    const double exact = std::exp(static_cast<double>(x));
    return std::fabs(static_cast<double>(y) - exact) * ulps_per_unit(exact);
}

// The one result of all of x[first..last], if there is one; else NaN.
float common_result(float first, float last) {
    if (last < all_zero_below) return 0.0f;
    if (first > all_infinite_above) return infinity;
    if (first >= -all_one_within && last <= all_one_within) return 1.0f;
    return std::numeric_limits<float>::quiet_NaN();
}

bool all_equal(const Chunk& y, float expected) {
    std::uint32_t differences = 0;
    for (const float value : y)
        differences |= std::bit_cast<std::uint32_t>(value) ^ std::bit_cast<std::uint32_t>(expected);
    return differences == 0;
}

// Every `step`-th float from -Inf to Inf. Returns the largest error.
double expect_exp(ExpOfArray* exp_of_array, std::int64_t step) {
    double largest_error = 0.0;
    float previous = 0.0f;
    Chunk x;
    Chunk y;
    for (std::int64_t first = -infinity_number; first <= infinity_number;
         first += step * static_cast<std::int64_t>(chunk)) {
        for (std::size_t i = 0; i < chunk; ++i)
            x[i] = float_number(std::min(first + step * static_cast<std::int64_t>(i), infinity_number));
        exp_of_array(x.data(), y.data(), chunk);
        if (const float common = common_result(x.front(), x.back()); common == common) {
            EXPECT_TRUE(previous <= common && all_equal(y, common))
                << "from x = " << x.front() << " to " << x.back();
            previous = common;
            continue;
        }
        for (std::size_t i = 0; i < chunk; ++i) {
            if (!(previous <= y[i])) ADD_FAILURE() << "not monotone at x = " << x[i];
            previous = y[i];
            if (x[i] >= all_zero_below && x[i] <= 88.722f)
                largest_error = std::max(largest_error, error_in_ulps(x[i], y[i]));
        }
    }
    EXPECT_LE(largest_error, exp_ulps);
    return largest_error;
}

void expect_nan(ExpOfArray* exp_of_array, std::uint32_t step) {
    for (const std::uint32_t sign : {0u, 0x80000000u}) {
        for (std::uint32_t bits = 0x7f800001u; bits < 0x80000000u; bits += step * 8) {
            std::array<float, 8> x;
            std::array<float, 8> y;
            for (std::uint32_t i = 0; i < 8; ++i)
                x[i] = std::bit_cast<float>(sign | std::min(bits + i * step, 0x7fffffffu));
            exp_of_array(x.data(), y.data(), 8);
            for (std::size_t i = 0; i < 8; ++i) ASSERT_NE(y[i], y[i]) << "NaN " << std::hex << bits;
        }
    }
}

void expect_ends(ExpOfArray* exp_of_array) {
    const std::array<float, 8> x = {-infinity, infinity, 0.0f, -0.0f, 88.72283f, 88.72284f, -103.97208f, -104.0f};
    std::array<float, 8> y;
    exp_of_array(x.data(), y.data(), x.size());
    EXPECT_EQ(y[0], 0.0f);
    EXPECT_FALSE(std::signbit(y[0]));
    EXPECT_EQ(y[1], infinity);
    EXPECT_EQ(y[2], 1.0f);
    EXPECT_EQ(y[3], 1.0f);
    EXPECT_LT(y[4], infinity);
    EXPECT_EQ(y[6], 0x1p-149f);
    EXPECT_EQ(y[7], 0.0f);
}

void expect_the_scalar_forms_bits(ExpOfArray* exp_of_array) {
    std::vector<float> x;
    for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += stride)
        x.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    x.resize(x.size() / 8 * 8);
    std::vector<float> y(x.size());
    std::vector<float> expected(x.size());
    exp_of_array(x.data(), y.data(), x.size());
    exp_scalar(x.data(), expected.data(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] != x[i]) continue;
        ASSERT_EQ(std::bit_cast<std::uint32_t>(y[i]), std::bit_cast<std::uint32_t>(expected[i])) << "x = " << x[i];
    }
}

TEST(Exp, TheScalarFormIsWithinItsErrorAndMonotoneOverAStride) {
    expect_exp(exp_scalar, stride);
    expect_nan(exp_scalar, stride);
    expect_ends(exp_scalar);
}

#if defined(__x86_64__)
TEST(Exp, TheAvx2FormIsWithinItsErrorAndMonotoneOverAllFloats) {
    if (!cpu_has("avx2,fma")) GTEST_SKIP() << "this CPU has no AVX2";
    const double largest_error = expect_exp(exp_avx2, 1);
    RecordProperty("largest_error_in_ulps", std::to_string(largest_error));
    EXPECT_GT(largest_error, exp_ulps - 0.01) << "exp.hpp declares more than there is";
    expect_nan(exp_avx2, 1);
    expect_ends(exp_avx2);
}

TEST(Exp, TheAvx2FormGivesTheScalarFormsBits) {
    if (!cpu_has("avx2,fma")) GTEST_SKIP() << "this CPU has no AVX2";
    expect_the_scalar_forms_bits(exp_avx2);
}
#elif defined(__aarch64__)
TEST(Exp, TheNeonFormIsWithinItsErrorAndMonotoneOverAStride) {
    expect_exp(exp_neon, stride);
    expect_nan(exp_neon, stride);
    expect_ends(exp_neon);
}

TEST(Exp, TheNeonFormGivesTheScalarFormsBits) {
    expect_the_scalar_forms_bits(exp_neon);
}
#endif

}  // namespace
}  // namespace brick
