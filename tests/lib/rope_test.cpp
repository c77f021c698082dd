#include "brick/rope.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "kernel_rows.hpp"
#include "support/sincos.hpp"

namespace brick {
namespace {

std::vector<float> values(std::size_t count) {
    std::vector<float> x(count);
    for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<float>(i % 17) / 3.0f - 2.5f;
    return x;
}

double ulps(float got, double exact) {
    const float nearest = static_cast<float>(exact);
    const double ulp = static_cast<double>(std::nextafter(std::fabs(nearest), 10.0f)) - std::fabs(nearest);
    return std::fabs(static_cast<double>(got) - exact) / ulp;
}

// Positions, where nothing of the angle was rounded: also those next to a multiple of pi/2.
TEST(SinCosF32, IsWithinItsUlpsAtEveryPosition) {
    for (std::size_t position = 1; position <= 1'100'000; ++position) {
        const auto angle = static_cast<double>(position);
        const SinCos of = sin_cos_f32(angle);
        ASSERT_LT(ulps(of.sin, std::sin(angle)), 0.563) << position;
        ASSERT_LT(ulps(of.cos, std::cos(angle)), 0.563) << position;
    }
}

TEST(SinCosF32, IsWithinItsUlpsForSmallAndForLargeAngles) {
    for (int exponent = -140; exponent < 40; ++exponent) {
        for (int k = 0; k < 1000; ++k) {
            const double angle = std::ldexp(1.0 + k / 1000.0, exponent);
            const SinCos of = sin_cos_f32(angle);
            ASSERT_LT(ulps(of.sin, std::sin(angle)), 0.563) << angle;
            ASSERT_LT(ulps(of.cos, std::cos(angle)), 0.563) << angle;
        }
    }
    EXPECT_EQ(sin_cos_f32(0.0).sin, 0.0f);
    EXPECT_EQ(sin_cos_f32(0.0).cos, 1.0f);
    EXPECT_TRUE(std::isnan(sin_cos_f32(std::numeric_limits<double>::infinity()).sin));
}

TEST(Rope, EveryKernelGivesTheDefinitionsBits) {
    const auto kernels = runnable_kernels_of("rope");
    for (const std::size_t head_dim : {0u, 2u, 4u, 6u, 8u, 14u, 16u, 30u, 80u, 128u, 254u, 256u, 258u, 700u}) {
        for (const std::size_t position : {0u, 1u, 355u, 4095u, 1048576u, 4000000000u}) {
            for (const float theta : {10000.0f, 500000.0f, 1.0f, 0.25f}) {
                for (const int style : {0, 2}) {
                    std::vector<float> expected = values(3 * head_dim);
                    kernel_function<brickproof_rope_fn>(kernels[0])(expected.data(), 3, head_dim, position, theta,
                                                                    style);
                    for (const auto& kernel : kernels) {
                        std::vector<float> x = values(3 * head_dim);
                        kernel_function<brickproof_rope_fn>(kernel)(x.data(), 3, head_dim, position, theta, style);
                        for (std::size_t i = 0; i < x.size(); ++i)
                            ASSERT_EQ(std::bit_cast<std::uint32_t>(x[i]), std::bit_cast<std::uint32_t>(expected[i]))
                                << kernel.variant << ", head_dim " << head_dim << ", position " << position
                                << ", theta " << theta << ", style " << style << ", value " << i;
                    }
                }
            }
        }
    }
}

TEST(Rope, RotatesPairs) {
    std::vector<float> x = {1, 0, 0, 2};
    ASSERT_TRUE(rope(x, 1, 4, 3, 10000.0f, RopeStyle::norm));
    EXPECT_FLOAT_EQ(x[0], std::cos(3.0f));
    EXPECT_FLOAT_EQ(x[1], std::sin(3.0f));
    EXPECT_FLOAT_EQ(x[2], -2 * std::sin(0.03f));
    EXPECT_FLOAT_EQ(x[3], 2 * std::cos(0.03f));
    x = {1, 0, 0, 2};
    ASSERT_TRUE(rope(x, 1, 4, 3, 10000.0f, RopeStyle::neox));
    EXPECT_FLOAT_EQ(x[0], std::cos(3.0f));
    EXPECT_FLOAT_EQ(x[2], std::sin(3.0f));
    EXPECT_FLOAT_EQ(x[1], -2 * std::sin(0.03f));
    EXPECT_FLOAT_EQ(x[3], 2 * std::cos(0.03f));
}

class RopeApi : public testing::Test {
  protected:
    void expect_error(const Result<void>& result, ErrorCode code, std::string_view part) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_NE(result.error().message.view().find(part), std::string_view::npos)
            << result.error().message.view();
    }
    std::vector<float> x_ = values(12);
};

TEST_F(RopeApi, RefusesWithAMessageAndWritesNothing) {
    const float infinity = std::numeric_limits<float>::infinity();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    expect_error(rope(x_, 0, 4, 1, 1e4f, RopeStyle::norm), ErrorCode::zero_dimension, "heads is 0");
    expect_error(rope(x_, 3, 0, 1, 1e4f, RopeStyle::norm), ErrorCode::zero_dimension, "head_dim is 0");
    expect_error(rope(x_, 4, 3, 1, 1e4f, RopeStyle::norm), ErrorCode::bad_parameter, "head_dim is 3");
    for (const float theta : {0.0f, -1.0f, infinity, nan})
        expect_error(rope(x_, 3, 4, 1, theta, RopeStyle::norm), ErrorCode::bad_parameter, "theta is");
    expect_error(rope(x_, 3, 4, 1, 1e4f, static_cast<RopeStyle>(1)), ErrorCode::bad_parameter, "style is 1");
    expect_error(rope(x_, 2, 4, 1, 1e4f, RopeStyle::norm), ErrorCode::length_mismatch,
                 "x has length 12, but x[heads][head_dim] needs 8");
    expect_error(rope(x_, std::numeric_limits<std::size_t>::max() / 2, 4, 1, 1e4f, RopeStyle::norm),
                 ErrorCode::length_mismatch, "more values than a size_t counts");
    EXPECT_EQ(x_, values(12));
    x_[7] = nan;
    expect_error(rope(x_, 3, 4, 1, 1e4f, RopeStyle::neox), ErrorCode::not_finite, "x[7] is nan");
    EXPECT_EQ(x_[6], values(12)[6]);
}

}  // namespace
}  // namespace brick
