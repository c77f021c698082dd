// The harness's own half conversions, against what defines binary16 and against known values.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "engine/fills.hpp"
#include "f16_from_f32/f16_from_f32_oracle.hpp"

namespace brickproof {
namespace {

constexpr std::uint16_t infinity_bits = 0x7C00;

TEST(Half, ValuesAreThoseOfTheStandard) {
    // IEEE 754-2019, 3.4 and table 3.5: p = 11, emax = 15.
    const struct {
        std::uint16_t bits;
        double value;
    } known[] = {{0x0000, 0.0},           {0x0001, 0x1p-24},       {0x03FF, 0x1p-14 - 0x1p-24},
                 {0x0400, 0x1p-14},       {0x3555, 1365.0 / 4096}, {0x3C00, 1.0},
                 {0x3C01, 1.0 + 0x1p-10}, {0x4248, 3.140625},      {0x7BFF, 65504.0},
                 {0xBC00, -1.0},          {0xC500, -5.0},          {0xFBFF, -65504.0}};
    for (const auto& [bits, value] : known) EXPECT_EQ(half_value(bits), value) << std::hex << bits;
    EXPECT_TRUE(std::signbit(half_value(0x8000)));
    EXPECT_EQ(half_value(0x7C00), std::numeric_limits<double>::infinity());
    EXPECT_EQ(half_value(0xFC00), -std::numeric_limits<double>::infinity());
    for (unsigned bits = 0x7C01; bits <= 0x7FFF; ++bits)
        EXPECT_TRUE(std::isnan(half_value(static_cast<std::uint16_t>(bits))));
}

// From one half to the next: 2^-24, doubling with every binade from 2^-13 on.
TEST(Half, EveryStepIsTheSpacingOfItsBinade) {
    for (unsigned bits = 0; bits + 1 < infinity_bits; ++bits) {
        const unsigned exponent = bits >> 10;
        const double spacing = 0x1p-24 * static_cast<double>(1u << (exponent == 0 ? 0 : exponent - 1));
        const auto low = static_cast<std::uint16_t>(bits);
        const auto high = static_cast<std::uint16_t>(bits + 1);
        ASSERT_EQ(half_value(high) - half_value(low), spacing) << bits;
        ASSERT_EQ(half_value(static_cast<std::uint16_t>(low | 0x8000)), -half_value(low));
    }
}

// This is the definition of rounding to nearest even: all doubles lie between two halves, below, on or above their
// midpoint.
TEST(Half, NearestIsNearestAndEvenOnEveryTie) {
    for (unsigned bits = 0; bits < infinity_bits; ++bits) {
        const auto low = static_cast<std::uint16_t>(bits);
        const auto high = static_cast<std::uint16_t>(bits + 1);
        const double next = high == infinity_bits ? 65536.0 : half_value(high);
        const double midpoint = (half_value(low) + next) / 2.0;
        ASSERT_EQ(half_nearest(half_value(low)), low);
        ASSERT_EQ(half_nearest(std::nextafter(midpoint, 0.0)), low);
        ASSERT_EQ(half_nearest(std::nextafter(midpoint, 1e9)), high);
        ASSERT_EQ(half_nearest(midpoint), low % 2 == 0 ? low : high);
        ASSERT_EQ(half_nearest(-midpoint), half_nearest(midpoint) | 0x8000);
    }
    EXPECT_EQ(half_nearest(1e300), infinity_bits);
    EXPECT_EQ(half_nearest(-std::numeric_limits<double>::infinity()), 0xFC00);
    EXPECT_EQ(half_nearest(5e-324), 0x0000);
    EXPECT_EQ(half_nearest(-0.0), 0x8000);
    EXPECT_GT(half_nearest(std::nan("")) & 0x7FFF, infinity_bits);
}

TEST(Half, TheOracleForAllFloatsAgreesWithTheOneForSingleFloats) {
    // One float high word of every 61, so that every binade and both signs come up.
    for (unsigned high = 0; high < 65536; high += 61) {
        const auto halves = halves_of_floats_with_high_bits(static_cast<std::uint16_t>(high));
        ASSERT_EQ(halves.size(), 65536u);
        for (unsigned low = 0; low < 65536; low += low < 8 || low > 65500 ? 1 : 37) {
            const auto x = std::bit_cast<float>(high << 16 | low);
            ASSERT_EQ(halves[low], half_nearest(x) | (std::isnan(x) ? high & 0x8000u : 0u)) << std::hex << high;
        }
    }
}

}  // namespace
}  // namespace brickproof
