#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "brick/q8_0f.hpp"
#include "float_families.hpp"
#include "kernel_rows.hpp"
#include "support/checks.hpp"

namespace brick {
namespace {

constexpr float poison = -77.25f;

// A double holds the product of a float and an int8 exactly; narrowing it is the one rounding.
TEST(Q8_0fDequantize, EveryKernelRoundsOnceAndKeepsToItsValues) {
    FloatFamilies families(1);
    for (const auto& kernel : runnable_kernels_of("q8_0f.dequantize")) {
        for (std::size_t n = 0; n <= 300; ++n) {
            const std::size_t offset = n % 9;
            std::vector<std::int8_t> quants(n + offset);
            std::ranges::generate(quants, [&] { return static_cast<std::int8_t>(families.bits()); });
            std::vector<float> scales(blocks_for(n));
            families.fill(all_families[families.pick(all_families.size())], scales);
            std::vector<float> y(n + 16, poison);
            kernel_function<brickproof_q8_0f_dequantize_fn>(kernel)(quants.data() + offset, scales.data(),
                                                                    y.data() + offset, n);
            for (std::size_t i = 0; i < y.size(); ++i) {
                const bool inside = i >= offset && i < offset + n;
                const auto expected =
                    inside ? static_cast<float>(quants[i] * double{scales[(i - offset) / 32]}) : poison;
                if (std::isnan(expected)) {
                    ASSERT_TRUE(std::isnan(y[i])) << kernel.variant;
                } else {
                    ASSERT_EQ(y[i], expected) << kernel.variant << ", n = " << n;
                }
            }
        }
    }
}

// The larger of these is written past the caches where y is aligned.
TEST(Q8_0fDequantize, EveryKernelGivesTheScalarBits) {
    FloatFamilies families(2);
    const auto kernels = runnable_kernels_of("q8_0f.dequantize");
    for (const std::size_t n : {150001u, 2200021u}) {
        std::vector<std::int8_t> quants(n);
        std::ranges::generate(quants, [&] { return static_cast<std::int8_t>(families.bits()); });
        std::vector<float> scales(blocks_for(n));
        families.fill(Family::random_bits, scales);
        for (std::size_t offset = 0; offset <= 4; ++offset) {
            std::vector<std::vector<float>> outputs;
            for (const auto& kernel : kernels) {
                std::vector<float> y(n + 16, poison);
                kernel_function<brickproof_q8_0f_dequantize_fn>(kernel)(quants.data(), scales.data(),
                                                                        y.data() + offset, n);
                outputs.push_back(std::move(y));
                const std::size_t size = outputs.back().size() * sizeof(float);
                ASSERT_EQ(std::memcmp(outputs.back().data(), outputs.front().data(), size), 0) << kernel.variant;
            }
        }
    }
}

void expect_rejected(std::size_t n, const std::vector<float>& scales, std::size_t outputs, ErrorCode code,
                     const std::string& message) {
    const std::vector<std::int8_t> quants(n, 1);
    std::vector<float> y(outputs, poison);
    const auto result = q8_0f::dequantize(quants, scales, y);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code);
    EXPECT_NE(result.error().message.view().find(message), std::string::npos) << result.error().message.view();
    EXPECT_EQ(y, std::vector<float>(outputs, poison)) << "something was written";
}

TEST(Q8_0fDequantize, RejectsWithAMessage) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    expect_rejected(0, {}, 0, ErrorCode::zero_dimension, "q8_0f::dequantize: there are no values");
    expect_rejected(65, {1, 1}, 65, ErrorCode::length_mismatch, "scales has 2 elements, but 65 values need 3");
    expect_rejected(64, {1, 1, 1}, 64, ErrorCode::length_mismatch, "scales has 3 elements, but 64 values need 2");
    expect_rejected(64, {1, 1}, 63, ErrorCode::length_mismatch, "y has 63 elements, but 64 values need 64");
    expect_rejected(64, {1, std::nanf("")}, 64, ErrorCode::bad_scale, "scales[1] is nan");
    expect_rejected(64, {infinity, 1}, 64, ErrorCode::bad_scale, "scales[0] is inf");
    expect_rejected(64, {1, 0}, 64, ErrorCode::bad_scale, "scales[1] is 0");
    expect_rejected(64, {1, -0.5f}, 64, ErrorCode::bad_scale, "scales[1] is -0.5");
}

TEST(Q8_0fDequantize, Multiplies) {
    const std::vector<std::int8_t> quants = {-128, 3};
    const std::vector<float> scales = {0x1p-149f};
    std::vector<float> y(2);
    ASSERT_TRUE(q8_0f::dequantize(quants, scales, y));
    EXPECT_EQ(y, (std::vector<float>{-0x1p-142f, 3 * 0x1p-149f}));
}

}  // namespace
}  // namespace brick
