#include "brick/rms_norm.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "kernel_rows.hpp"

namespace brick {
namespace {

using Values = std::vector<float>;

constexpr float poison = -12345.75f;

Values random_values(std::size_t n, float deviation, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0f, deviation);
    Values values(n);
    for (float& value : values) value = normal(random);
    return values;
}

Values run(const brickproof_kernel& kernel, const Values& x, const Values& weight, float eps) {
    Values y(x.size() + 9, poison);
    kernel_function<brickproof_rms_norm_fn>(kernel)(x.data(), weight.data(), y.data(), x.size(), eps);
    for (std::size_t i = x.size(); i < y.size(); ++i) EXPECT_EQ(y[i], poison) << kernel.variant << ' ' << x.size();
    y.resize(x.size());
    return y;
}

double exact_root(const Values& x, float eps) {
    long double sum = 0;
    for (const float value : x) sum += static_cast<long double>(value) * static_cast<long double>(value);
    return static_cast<double>(std::sqrt(sum / static_cast<long double>(x.size()) + static_cast<long double>(eps)));
}

// Every size up to a few times what a kernel takes at once, and every alignment of a float.
TEST(RmsNorm, EveryKernelGivesTheDefinitionsBits) {
    const auto kernels = runnable_kernels_of("rms_norm");
    for (std::size_t n = 0; n <= 200; ++n) {
        const Values x = random_values(n, 3.0f, static_cast<std::uint32_t>(n));
        const Values weight = random_values(n, 1.0f, static_cast<std::uint32_t>(n + 1000));
        const Values expected = run(kernels.front(), x, weight, 1e-6f);
        for (const auto& kernel : kernels) ASSERT_EQ(run(kernel, x, weight, 1e-6f), expected) << kernel.variant;
    }
}

// Large outputs take another way out, past the caches.
TEST(RmsNorm, EveryKernelGivesTheDefinitionsBitsOnLargeOutputs) {
    const auto kernels = runnable_kernels_of("rms_norm");
    const Values x = random_values((std::size_t{2} << 20) + 13, 3.0f, 5);
    const Values weight = random_values(x.size(), 1.0f, 6);
    const Values expected = run(kernels.front(), x, weight, 1e-6f);
    for (const auto& kernel : kernels) EXPECT_EQ(run(kernel, x, weight, 1e-6f), expected) << kernel.variant;
}

TEST(RmsNorm, EveryKernelIsWithinThreeRoundings) {
    for (const auto& kernel : runnable_kernels_of("rms_norm")) {
        for (const std::size_t n : {1u, 5u, 32u, 77u, 1000u, 4096u, 20001u}) {
            for (const float deviation : {1e-19f, 1e-3f, 1.0f, 1e15f, 1e30f}) {
                const Values x = random_values(n, deviation, 7);
                const Values weight = random_values(n, 1.0f, 8);
                const double root = exact_root(x, 1e-5f);
                const Values y = run(kernel, x, weight, 1e-5f);
                for (std::size_t i = 0; i < n; ++i) {
                    const double exact = static_cast<double>(x[i]) * static_cast<double>(weight[i]) / root;
                    ASSERT_NEAR(y[i], exact, 3.001 * 0x1p-24 * std::fabs(exact) + 0x1p-149)
                        << kernel.variant << ' ' << n << ' ' << deviation;
                }
            }
        }
    }
}

TEST(RmsNorm, SquaresNeitherOverflowNorVanish) {
    for (const auto& kernel : runnable_kernels_of("rms_norm")) {
        EXPECT_EQ(run(kernel, Values(40, 0x1p126f), Values(40, 1.0f), 0.0f)[3], 1.0f) << kernel.variant;
        EXPECT_EQ(run(kernel, Values(40, 0x1p-126f), Values(40, -2.0f), 0.0f)[39], -2.0f) << kernel.variant;
    }
}

TEST(RmsNorm, OneNaNMakesAllNaN) {
    for (const auto& kernel : runnable_kernels_of("rms_norm")) {
        for (std::size_t at = 0; at < 75; ++at) {
            Values x(75, 1.0f);
            x[at] = std::numeric_limits<float>::quiet_NaN();
            for (const float y : run(kernel, x, Values(75, 1.0f), 1e-5f)) ASSERT_TRUE(std::isnan(y)) << at;
        }
    }
}

class RmsNormApi : public testing::Test {
  protected:
    void expect_error(float eps, ErrorCode code, std::string_view message) {
        const auto result = rms_norm(x_, weight_, y_, eps);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_EQ(result.error().message.view(), message);
        EXPECT_EQ(y_, Values(y_.size(), poison));
    }
    Values x_ = {3.0f, -4.0f};
    Values weight_ = {1.0f, 0.5f};
    Values y_ = {poison, poison};
};

TEST_F(RmsNormApi, Normalises) {
    ASSERT_TRUE(rms_norm(x_, weight_, y_, 12.5f));  // mean 12.5, root 5
    EXPECT_EQ(y_, (Values{0.6f, -0.4f}));
}

TEST_F(RmsNormApi, RejectsLengths) {
    weight_.push_back(1.0f);
    expect_error(0.0f, ErrorCode::length_mismatch, "rms_norm: weight has 3 elements, but 2 values need 2");
    weight_.resize(2);
    y_.push_back(poison);
    expect_error(0.0f, ErrorCode::length_mismatch, "rms_norm: y has 3 elements, but 2 values need 2");
    x_.clear();
    expect_error(0.0f, ErrorCode::zero_dimension, "rms_norm: there are no values; give at least one");
}

TEST_F(RmsNormApi, RejectsValuesThatAreNotFinite) {
    x_[1] = std::numeric_limits<float>::infinity();
    expect_error(1e-5f, ErrorCode::not_finite, "rms_norm: x[1] is inf; all values must be finite");
    x_[1] = 0.0f;
    weight_[0] = std::numeric_limits<float>::quiet_NaN();
    expect_error(1e-5f, ErrorCode::not_finite, "rms_norm: weight[0] is nan; all values must be finite");
}

TEST_F(RmsNormApi, RejectsEps) {
    expect_error(-1.0f, ErrorCode::bad_parameter, "rms_norm: eps is -1; it must be finite and not negative");
    expect_error(std::numeric_limits<float>::infinity(), ErrorCode::bad_parameter,
                 "rms_norm: eps is inf; it must be finite and not negative");
    expect_error(std::numeric_limits<float>::quiet_NaN(), ErrorCode::bad_parameter,
                 "rms_norm: eps is nan; it must be finite and not negative");
    x_ = {0.0f, -0.0f};
    expect_error(0.0f, ErrorCode::bad_parameter, "rms_norm: eps is 0 and so is every x; 0 / 0 is undefined");
    EXPECT_TRUE(rms_norm(x_, weight_, y_, 1e-5f));
    EXPECT_EQ(y_, Values(2, 0.0f));
}

}  // namespace
}  // namespace brick
