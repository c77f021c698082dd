#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numeric>

#include "brick/f16.hpp"
#include "f16_reference.hpp"
#include "kernel_rows.hpp"

namespace brick {
namespace {

bool is_nan(std::uint16_t half) {
    return (half & 0x7fffu) > 0x7c00u;
}

TEST(F16ToF32, EveryKernelWidensEveryHalfExactly) {
    std::vector<std::uint16_t> halves(65536);
    std::iota(halves.begin(), halves.end(), std::uint16_t{0});
    for (const auto& kernel : runnable_kernels_of("f16.to_f32")) {
        std::vector<float> y(halves.size());
        kernel_function<brickproof_f16_to_f32_fn>(kernel)(halves.data(), y.data(), y.size());
        for (const std::uint16_t half : halves) {
            const auto bits = std::bit_cast<std::uint32_t>(y[half]);
            if (is_nan(half)) {  // quiet, with its sign and payload
                ASSERT_EQ(bits, (half & 0x8000u) << 16 | 0x7fc00000u | (half & 0x3ffu) << 13) << kernel.variant;
            } else {
                ASSERT_EQ(bits, std::bit_cast<std::uint32_t>(static_cast<float>(half_value(half))))
                    << kernel.variant;
            }
        }
    }
}

TEST(F16ToF32, EveryKernelKeepsToItsElements) {
    std::vector<std::uint16_t> halves(320);
    std::iota(halves.begin(), halves.end(), std::uint16_t{0x3a00});
    for (const auto& kernel : runnable_kernels_of("f16.to_f32")) {
        for (std::size_t n = 0; n <= 300; ++n) {
            const std::size_t offset = 1 + n % 7;
            std::vector<float> y(320, -1.0f);
            kernel_function<brickproof_f16_to_f32_fn>(kernel)(halves.data() + offset, y.data() + offset, n);
            for (std::size_t i = 0; i < y.size(); ++i) {
                const bool inside = i >= offset && i < offset + n;
                ASSERT_EQ(y[i], inside ? static_cast<float>(half_value(halves[i])) : -1.0f)
                    << kernel.variant << ' ' << n;
            }
        }
    }
}

// As large as what is written past the caches.
TEST(F16ToF32, EveryKernelWidensLargeInputs) {
    std::vector<std::uint16_t> halves(34 * 65536 + 5);
    std::iota(halves.begin(), halves.end(), std::uint16_t{0});
    std::vector<float> scalar(65536);
    const auto kernels = runnable_kernels_of("f16.to_f32");
    kernel_function<brickproof_f16_to_f32_fn>(kernels.front())(halves.data(), scalar.data(), scalar.size());
    for (const auto& kernel : kernels) {
        std::vector<float> y(halves.size() + 8, -1.0f);
        kernel_function<brickproof_f16_to_f32_fn>(kernel)(halves.data(), y.data() + 4, halves.size());
        for (std::size_t i = 0; i < y.size(); ++i) {
            const bool inside = i >= 4 && i < 4 + halves.size();
            const float expected = inside ? scalar[(i - 4) % 65536] : -1.0f;
            ASSERT_EQ(std::bit_cast<std::uint32_t>(y[i]), std::bit_cast<std::uint32_t>(expected)) << kernel.variant;
        }
    }
}

TEST(F16ToF32, RejectsWithAMessage) {
    const std::vector<std::uint16_t> halves(3);
    std::vector<float> y(2, 7.0f);
    const auto mismatch = f16::to_f32(halves, y);
    ASSERT_FALSE(mismatch);
    EXPECT_EQ(mismatch.error().code, ErrorCode::length_mismatch);
    EXPECT_EQ(mismatch.error().message.view(), "f16::to_f32: y has 2 elements, but 3 values need 3");
    EXPECT_EQ(y, std::vector<float>(2, 7.0f));

    const auto empty = f16::to_f32({}, {});
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().code, ErrorCode::zero_dimension);
    EXPECT_EQ(empty.error().message.view(), "f16::to_f32: there are no values; give at least one");
}

TEST(F16ToF32, Widens) {
    const std::vector<std::uint16_t> halves = {0x3c00, 0xc000, 0x0001};
    std::vector<float> y(3);
    ASSERT_TRUE(f16::to_f32(halves, y));
    EXPECT_EQ(y, (std::vector<float>{1.0f, -2.0f, 0x1p-24f}));
}

}  // namespace
}  // namespace brick
