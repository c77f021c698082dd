#include "brick/softmax.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "brick/rounding.hpp"
#include "kernel_rows.hpp"

namespace brick {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float largest_float = std::numeric_limits<float>::max();
constexpr float poison = -12345.75f;

std::vector<float> softmax_by(const brickproof_kernel& kernel, std::span<const float> x) {
    std::vector<float> y(x.size(), poison);
    kernel_function<brickproof_softmax_fn>(kernel)(x.data(), y.data(), y.size());
    return y;
}

// Scores from -100 to 8, in no order.
std::vector<float> scores(std::size_t n) {
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = 8.0f - static_cast<float>(i * 7919 % 1009) * 0.107f;
    return x;
}

TEST(Softmax, EveryKernelAgreesWithFloat64) {
    for (const auto& kernel : runnable_kernels_of("softmax")) {
        for (const std::size_t n : {1u, 2u, 3u, 7u, 8u, 9u, 31u, 33u, 100u, 1000u, 4099u}) {
            const std::vector<float> x = scores(n);
            const double largest = *std::ranges::max_element(x);
            double sum = 0.0;
            for (const float value : x) sum += std::exp(value - largest);
            const std::vector<float> y = softmax_by(kernel, x);
            for (std::size_t i = 0; i < n; ++i) {
                const double exact = std::exp(x[i] - largest) / sum;
                // Our sums have few roundings: what is allowed here is below the contract's bound.
                const double allowed =
                    gamma(16 + n / 4) * exact + unit_roundoff * (largest - x[i]) * exact + 0x1p-148;
                ASSERT_LE(std::fabs(y[i] - exact), allowed) << kernel.variant << ", n = " << n << ", x = " << x[i];
            }
        }
    }
}

// Every place of every vector and tail: the maximum is found there, and counts once.
TEST(Softmax, EveryKernelFindsAndCountsEveryEntry) {
    for (const auto& kernel : runnable_kernels_of("softmax")) {
        for (std::size_t n = 1; n <= 70; ++n) {
            for (std::size_t hot = 0; hot < n; ++hot) {
                std::vector<float> x(n, -largest_float);
                x[hot] = x[n - 1 - hot] = 3.0f;
                const float share = hot == n - 1 - hot ? 1.0f : 0.5f;
                const std::vector<float> y = softmax_by(kernel, x);
                for (std::size_t i = 0; i < n; ++i)
                    ASSERT_EQ(y[i], x[i] == 3.0f ? share : 0.0f)
                        << kernel.variant << ", n = " << n << ", i = " << i;
            }
            ASSERT_EQ(softmax_by(kernel, std::vector<float>(n, largest_float)),
                      std::vector<float>(n, 1.0f / static_cast<float>(n)))
                << kernel.variant << ", n = " << n;
        }
    }
}

TEST(Softmax, EveryKernelKeepsToItsElements) {
    const std::vector<float> x = scores(90);
    for (const auto& kernel : runnable_kernels_of("softmax")) {
        for (std::size_t n = 0; n <= 70; ++n) {
            const std::size_t offset = 1 + n % 7;
            std::vector<float> y(90, poison);
            kernel_function<brickproof_softmax_fn>(kernel)(x.data() + offset, y.data() + offset, n);
            for (std::size_t i = 0; i < y.size(); ++i)
                ASSERT_EQ(y[i] == poison, i < offset || i >= offset + n) << kernel.variant << ' ' << n << ' ' << i;
        }
    }
}

// The results run through all subnormals to 0.
TEST(Softmax, EveryKernelKeepsSubnormalResults) {
    std::vector<float> x = {0.0f};
    for (float score = -86.0f; score > -105.0f; score -= 0.0625f) x.push_back(score);
    for (const auto& kernel : runnable_kernels_of("softmax")) {
        const std::vector<float> y = softmax_by(kernel, x);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double exact = std::exp(static_cast<double>(x[i]));
            ASSERT_LE(std::fabs(y[i] - exact), 0x1p-22 * exact + 0x1p-149) << kernel.variant << ", x = " << x[i];
        }
    }
}

TEST(Softmax, MaskedEntriesGiveZeroAndSoDoesARowOfThem) {
    for (const auto& kernel : runnable_kernels_of("softmax")) {
        for (std::size_t n = 1; n <= 40; ++n) {
            std::vector<float> x(n, -infinity);
            EXPECT_EQ(softmax_by(kernel, x), std::vector<float>(n, 0.0f)) << kernel.variant << ", n = " << n;
            x[n / 2] = -7.0f;
            std::vector<float> expected(n, 0.0f);
            expected[n / 2] = 1.0f;
            EXPECT_EQ(softmax_by(kernel, x), expected) << kernel.variant << ", n = " << n;
        }
    }
}

TEST(Softmax, NaNAndInfinityAreNeverLaundered) {
    for (const auto& kernel : runnable_kernels_of("softmax")) {
        for (std::size_t n = 1; n <= 40; ++n) {
            for (const float others : {0.5f, -infinity}) {
                for (std::size_t at = 0; at < n; ++at) {
                    for (const float bad : {std::bit_cast<float>(0x7fc00001u), std::bit_cast<float>(0xffc12345u),
                                            std::numeric_limits<float>::signaling_NaN(), infinity}) {
                        std::vector<float> x(n, others);
                        x[at] = bad;
                        for (const float y : softmax_by(kernel, x))
                            ASSERT_TRUE(std::isnan(y))
                                << kernel.variant << ", n = " << n << ", x[" << at << "] = " << bad;
                    }
                }
            }
        }
    }
}

TEST(Softmax, RejectsWithAMessage) {
    std::vector<float> y(4, poison);
    const auto expect_error = [&](const Result<void>& result, ErrorCode code, std::string_view message) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_EQ(result.error().message.view(), message);
        EXPECT_EQ(y, std::vector<float>(4, poison));
    };
    std::vector<float> x(4, 1.0f);
    expect_error(softmax({}, {}), ErrorCode::zero_dimension, "softmax: there are no values; give at least one");
    expect_error(softmax(std::span(x).first(3), y), ErrorCode::length_mismatch,
                 "softmax: y has 4 elements, but 3 values need 3");
    x[3] = infinity;
    expect_error(softmax(x, y), ErrorCode::not_finite,
                 "softmax: x[3] is inf; a score is finite, or -inf where it is masked");
    x[1] = NAN;
    expect_error(softmax(x, y), ErrorCode::not_finite,
                 "softmax: x[1] is nan; a score is finite, or -inf where it is masked");
    x = {1.0f, -infinity, 1.0f, -infinity};
    ASSERT_TRUE(softmax(x, y));
    EXPECT_EQ(y, (std::vector<float>{0.5f, 0.0f, 0.5f, 0.0f}));
}

}  // namespace
}  // namespace brick
