// How far values moved: ulps in the output's own format, shares of the bound, places, bins.
#include "cases/movement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/q8_0_blocks.hpp"

namespace brickproof::golden {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const double nan_value = std::numeric_limits<double>::quiet_NaN();

Operand output(const Type& type) {
    return {.name = "y", .type = &type, .access = Access::output};
}

Movement one(const Type& type, double before, double after, double bound = 1.0) {
    return movement_of(output(type), std::span(&before, 1), std::span(&after, 1), std::span(&bound, 1));
}

TEST(Movement, AnUlpIsTheDistanceOfNeighboursInTheOutputsFormat) {
    EXPECT_EQ(one(f32, 1.0, 1.0 + 0x1p-23).ulps.amount, 1.0);
    EXPECT_EQ(one(f32, 2.0, 2.0 + 0x1p-22).ulps.amount, 1.0);
    EXPECT_EQ(one(f32, 0x1p-149, 0x1p-148).ulps.amount, 1.0);
    EXPECT_EQ(one(f32, 0.0, 0x1p-149).ulps.amount, 1.0);
    EXPECT_EQ(one(f32, 1.0, 1.0 + 0x1p-24).ulps.amount, 0.5);
    EXPECT_EQ(one(f16, 1.0, 1.0 + 0x1p-10).ulps.amount, 1.0);
    EXPECT_EQ(one(f16, 0x1p-24, 0x1p-23).ulps.amount, 1.0);
    EXPECT_EQ(one(i8, 100.0, 103.0).ulps.amount, 3.0);
}

TEST(Movement, WhatStaysTheSameValueDidNotMove) {
    EXPECT_EQ(one(f32, nan_value, nan_value).moved, 0u);
    EXPECT_EQ(one(f32, 0.0, -0.0).moved, 0u);
    EXPECT_EQ(one(f32, infinity, infinity).moved, 0u);
    EXPECT_EQ(one(f32, 1.5, 1.5).values, 1u);
}

TEST(Movement, NanAndInfinityAreCountedApart) {
    for (const auto& [before, after] :
         {std::pair(1.0, nan_value), {nan_value, 1.0}, {1.0, infinity}, {infinity, -infinity}, {-infinity, 2.0}}) {
        const Movement movement = one(f32, before, after);
        EXPECT_EQ(movement.moved, 1u);
        EXPECT_EQ(movement.incomparable, 1u);
        EXPECT_EQ(movement.outside, 1u);
        EXPECT_EQ(movement.ulps.amount, 0.0);
    }
}

TEST(Movement, TheShareIsOfTheBound) {
    EXPECT_EQ(one(f32, 1.0, 1.5, 2.0).share.amount, 0.25);
    EXPECT_EQ(one(f32, 1.0, 1.5, 2.0).outside, 0u);
    EXPECT_EQ(one(f32, 1.0, 1.5, 0.25).outside, 1u);
    EXPECT_EQ(one(f32, 1.0, 1.5, 0.0).share.amount, infinity);
    // Nothing is promised where the bound is infinite.
    EXPECT_EQ(one(f32, 1.0, 1e30, infinity).outside, 0u);
}

TEST(Movement, BlocksNameScaleAndQuant) {
    std::vector<double> before(66, 1.0);
    std::vector<double> after = before;
    const std::vector<double> bound(66, 10.0);
    after[33 + 6] = 3.0;
    const Movement quant = movement_of(output(q8_0), before, after, bound);
    EXPECT_EQ(quant.ulps.where, "y[1].qs[5]");
    EXPECT_EQ(quant.ulps.amount, 2.0);
    after = before;
    after[0] = 1.0 + 0x1p-10;
    const Movement scale = movement_of(output(q8_0), before, after, bound);
    EXPECT_EQ(scale.ulps.where, "y[0].d");
    EXPECT_EQ(scale.ulps.amount, 1.0);
}

TEST(Movement, MaskedValuesAreLeftOut) {
    const double before[] = {1.0, 1.0};
    const double after[] = {2.0, 2.0};
    const double bound[] = {1.0, 1.0};
    const char compared[] = {1, 0};
    const Movement movement = movement_of(output(f32), before, after, bound, compared);
    EXPECT_EQ(movement.values, 1u);
    EXPECT_EQ(movement.moved, 1u);
}

TEST(Movement, MergedItKeepsTheWorstAndItsPlace) {
    Movement all;
    all.merge(one(f32, 1.0, 1.0 + 0x1p-23), "first ");
    all.merge(one(f32, 1.0, 1.0 + 0x1p-20), "second ");
    all.merge(one(f32, 1.0, 1.0), "third ");
    EXPECT_EQ(all.values, 3u);
    EXPECT_EQ(all.moved, 2u);
    EXPECT_EQ(all.ulps.where, "second y[0]");
    EXPECT_EQ(all.histogram[3], 2u);  // 1 to 10 ulps
    const std::string histogram = histogram_of(all);
    EXPECT_NE(histogram.find("1 to 10               2  ####"), std::string::npos) << histogram;
    EXPECT_EQ(histogram.find("below"), std::string::npos);
    EXPECT_EQ(histogram_of(Movement{}), "");
    EXPECT_EQ(summary_of(Movement{.values = 3}), "none of 3 values moved");
}

}  // namespace
}  // namespace brickproof::golden
