#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include "brick/q8_0.hpp"
#include "f16_reference.hpp"
#include "float_families.hpp"
#include "kernel_rows.hpp"

namespace brick {
namespace {

using Blocks = std::vector<brickproof_q8_0>;

Blocks random_blocks(FloatFamilies& random, std::size_t count) {
    Blocks blocks(count);
    for (brickproof_q8_0& block : blocks) {
        block.d = static_cast<std::uint16_t>(random.bits());
        std::ranges::generate(block.qs, [&] { return static_cast<std::int8_t>(random.bits()); });
    }
    return blocks;
}

constexpr float poison = -77.25f;

// offset values before, and some after, that must stay as they are.
std::vector<float> dequantize_with(const brickproof_kernel& kernel, const Blocks& blocks, std::size_t offset) {
    std::vector<float> y(blocks.size() * 32 + 16, poison);
    kernel_function<brickproof_q8_0_dequantize_fn>(kernel)(blocks.data(), y.data() + offset, blocks.size() * 32);
    return y;
}

void expect_exact(const brickproof_kernel& kernel, const Blocks& blocks, std::size_t offset) {
    const std::vector<float> y = dequantize_with(kernel, blocks, offset);
    for (std::size_t i = 0; i < y.size(); ++i) {
        if (i < offset || i >= offset + blocks.size() * 32) {
            ASSERT_EQ(y[i], poison) << kernel.variant << " wrote outside";
            continue;
        }
        const brickproof_q8_0& block = blocks[(i - offset) / 32];
        const bool scale_is_nan = (block.d & 0x7fff) > 0x7c00;
        const double expected = scale_is_nan ? std::nan("") : block.qs[(i - offset) % 32] * half_value(block.d);
        if (std::isnan(expected)) {
            ASSERT_TRUE(std::isnan(y[i])) << kernel.variant;
        } else {
            ASSERT_EQ(std::bit_cast<std::uint64_t>(double{y[i]}), std::bit_cast<std::uint64_t>(expected))
                << kernel.variant;
        }
    }
}

TEST(Q8_0Dequantize, EveryKernelIsExactAndKeepsToItsValues) {
    FloatFamilies random(1);
    for (const auto& kernel : runnable_kernels_of("q8_0.dequantize")) {
        for (std::size_t blocks = 0; blocks <= 40; ++blocks) {
            for (std::size_t offset = 0; offset <= 8; ++offset)
                expect_exact(kernel, random_blocks(random, blocks), offset);
        }
    }
}

TEST(Q8_0Dequantize, EveryKernelGivesTheScalarBits) {
    FloatFamilies random(2);
    const auto kernels = runnable_kernels_of("q8_0.dequantize");
    for (const std::size_t count : {5000u, 70000u}) {  // the larger one is written past the caches
        const Blocks blocks = random_blocks(random, count);
        for (std::size_t offset = 0; offset <= 4; ++offset) {
            const std::vector<float> expected = dequantize_with(kernels.front(), blocks, offset);
            for (const auto& kernel : kernels) {
                const std::vector<float> y = dequantize_with(kernel, blocks, offset);
                ASSERT_EQ(std::memcmp(y.data(), expected.data(), y.size() * sizeof(float)), 0) << kernel.variant;
            }
        }
    }
}

void expect_rejected(const Blocks& blocks, std::size_t n, ErrorCode code, const std::string& message) {
    std::vector<float> y(n, poison);
    const auto result = q8_0::dequantize(blocks, y);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code);
    EXPECT_NE(result.error().message.view().find(message), std::string::npos) << result.error().message.view();
    EXPECT_EQ(y, std::vector<float>(n, poison)) << "something was written";
}

TEST(Q8_0Dequantize, RejectsWithAMessage) {
    Blocks blocks(3);
    expect_rejected({}, 0, ErrorCode::zero_dimension, "q8_0::dequantize: there are no values");
    for (const std::size_t n : {0u, 64u, 95u, 97u}) {
        expect_rejected(blocks, n, ErrorCode::length_mismatch,
                        "y has " + std::to_string(n) + " elements, but 3 blocks hold 96 values");
    }
    blocks[2].d = 0xfc00;
    expect_rejected(blocks, 96, ErrorCode::bad_scale, "the scale of block 2 is -inf");
    blocks[1].d = 0x7e00;
    expect_rejected(blocks, 96, ErrorCode::bad_scale, "the scale of block 1 is nan");
}

TEST(Q8_0Dequantize, TakesZeroAndNegativeScales) {
    Blocks blocks(2);
    blocks[0].d = 0xc000;
    blocks[0].qs[31] = -128;
    std::vector<float> y(64, poison);
    ASSERT_TRUE(q8_0::dequantize(blocks, y));
    EXPECT_EQ(y[31], 256.0f);
    EXPECT_EQ(y[32], 0.0f);
}

}  // namespace
}  // namespace brick
