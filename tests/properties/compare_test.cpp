// One comparator with a policy on special values; every statement relies on it.
#include "engine/compare.hpp"
#include "engine/q8_0_blocks.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace brickproof {
namespace {

using Kind = Outcome::Kind;
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float largest = std::numeric_limits<float>::max();
const float nan_value = std::nanf("");

Outcome same(std::vector<float> got, std::vector<float> expected) {
    return expect_same("y", std::span<const float>(got), std::span<const float>(expected));
}

TEST(Compare, EqualBitsHoldsEveryNaNForOneAndBothZerosForOne) {
    EXPECT_TRUE(same_value(nan_value, -nan_value));
    EXPECT_TRUE(same_value(nan_value, std::numeric_limits<float>::signaling_NaN()));
    EXPECT_TRUE(same_value(0.0f, -0.0f));
    EXPECT_TRUE(same_value(-infinity, -infinity));
    EXPECT_FALSE(same_value(infinity, -infinity));
    EXPECT_FALSE(same_value(largest, infinity));
    EXPECT_FALSE(same_value(nan_value, 0.0f));
    EXPECT_FALSE(same_value(1.0f, std::nextafter(1.0f, 2.0f)));
    EXPECT_FALSE(same_value(0.0f, std::numeric_limits<float>::denorm_min()));
}

TEST(Compare, HalvesTheSame) {
    EXPECT_TRUE(same_half(0x7E00, 0xFC01));
    EXPECT_TRUE(same_half(0x0000, 0x8000));
    EXPECT_FALSE(same_half(0x7C00, 0xFC00));
    EXPECT_FALSE(same_half(0x7C00, 0x7E00));
    EXPECT_FALSE(same_half(0x7BFF, 0x7C00));
    EXPECT_FALSE(same_half(0x0000, 0x0001));
}

TEST(Compare, NamesTheFirstThatDiffersAndCounts) {
    const Outcome outcome = same({1.0f, 2.0f, 3.0f, 5.0f}, {1.0f, 2.5f, 3.0f, 4.0f});
    ASSERT_EQ(outcome.kind, Kind::fail);
    EXPECT_NE(outcome.message.find("y[1] is 2 (0x40000000), expected 2.5 (0x40200000)"), std::string::npos)
        << outcome.message;
    EXPECT_NE(outcome.message.find("2 of 4 elements differ"), std::string::npos) << outcome.message;
    EXPECT_EQ(same({1.0f, nan_value, -0.0f}, {1.0f, -nan_value, 0.0f}).kind, Kind::pass);
    EXPECT_EQ(same({1.0f}, {1.0f, 2.0f}).kind, Kind::fail);
}

TEST(Compare, NearbyValuesAreUlpsApartAndInfinityIsNot) {
    EXPECT_NE(same({std::nextafter(1.0f, 2.0f)}, {1.0f}).message.find("(1 ulp)"), std::string::npos);
    EXPECT_EQ(same({infinity}, {largest}).message.find("ulp"), std::string::npos);
    EXPECT_EQ(same({nan_value}, {1.0f}).message.find("ulp"), std::string::npos);
}

TEST(Compare, BlocksByScaleAndQuants) {
    brickproof_q8_0 a{0x3C00, {1, 2, 3}};
    brickproof_q8_0 b = a;
    const auto compare = [&] {
        return expect_same(q8_0, "y", std::as_bytes(std::span(&a, 1)), std::as_bytes(std::span(&b, 1)));
    };
    EXPECT_EQ(compare().kind, Kind::pass);
    b.qs[31] = -128;
    EXPECT_NE(compare().message.find("y[0].qs[31] is 0, expected -128"), std::string::npos) << compare().message;
    b = a;
    b.d = 0x3C01;
    EXPECT_NE(compare().message.find("y[0].d"), std::string::npos) << compare().message;
}

TEST(Compare, WithinABoundMeansWithin) {
    const auto within = [](double got, double exact, double bound) {
        return expect_within("y", std::vector<double>{got}, {{exact}, {bound}});
    };
    EXPECT_EQ(within(1.5, 1.0, 0.5).kind, Kind::pass);
    EXPECT_EQ(within(1.5, 1.0, 0.5).share_of_bound, 1.0);
    EXPECT_EQ(within(1.25, 1.0, 0.5).share_of_bound, 0.5);
    EXPECT_EQ(within(std::nextafter(1.5, 2.0), 1.0, 0.5).kind, Kind::fail);
    EXPECT_EQ(within(1.0, 1.0, 0.0).kind, Kind::pass);
    EXPECT_EQ(within(std::nextafter(1.0, 2.0), 1.0, 0.0).kind, Kind::fail);
    EXPECT_EQ(within(std::nan(""), 1.0, 0.5).kind, Kind::fail);
    EXPECT_EQ(within(HUGE_VAL, 1.0, 1e300).kind, Kind::fail);
    EXPECT_EQ(within(HUGE_VAL, HUGE_VAL, 0.0).kind, Kind::pass);
    EXPECT_EQ(within(-HUGE_VAL, HUGE_VAL, 1.0).kind, Kind::fail);
    EXPECT_EQ(within(std::nan(""), 0.0, HUGE_VAL).kind, Kind::pass) << "nothing is promised there";
}

TEST(Compare, OutputValuesFlattenABlockToScaleAndQuants) {
    brickproof_q8_0 block{0x4000, {}};
    block.qs[0] = -128;
    block.qs[31] = 7;
    const auto values = output_values(q8_0, std::as_bytes(std::span(&block, 1)));
    ASSERT_EQ(values.size(), 33u);
    EXPECT_EQ(values[0], 2.0);
    EXPECT_EQ(values[1], -128.0);
    EXPECT_EQ(values[32], 7.0);
}

TEST(Compare, AllOfIsTheFirstThatIsNoPassOrTheLargestShare) {
    EXPECT_EQ(all_of({Outcome::pass(0.25), Outcome::pass(0.75), Outcome::pass(0.5)}).share_of_bound, 0.75);
    const Outcome outcome = all_of({Outcome::pass(), Outcome::fail("a"), Outcome::fail("b")});
    EXPECT_EQ(outcome.kind, Kind::fail);
    EXPECT_EQ(outcome.message, "a");
}

TEST(Type, ABlockIsItsFields) {
    EXPECT_EQ(q8_0.numbers(), 33u);
    EXPECT_TRUE(q8_0.is_block());
    EXPECT_FALSE(f32.is_block());
    EXPECT_EQ(f32.place("y", 7), "y[7]");
    EXPECT_EQ(q8_0.place("y", 33), "y[1].d");
    EXPECT_EQ(q8_0.place("y", 33 + 32), "y[1].qs[31]");
}

TEST(Type, NeighboursAreCountedAcrossPowersOfTwoAndSubnormals) {
    const auto below_two = static_cast<double>(std::nextafter(2.0f, 0.0f));
    EXPECT_EQ(float32_number.ulps_between(below_two, 2.0), 1.0);
    EXPECT_EQ(float32_number.ulps_between(1.0, 2.0), 0x1p23);
    EXPECT_EQ(float32_number.ulps_between(0.0, 0x1p-126), 0x1p23);
    EXPECT_EQ(float16_number.ulps_between(0x1p-24, 0x1p-14), 1023.0);
    EXPECT_EQ(int8_number.ulps_between(-3.0, 4.0), 7.0);
}

}  // namespace
}  // namespace brickproof
