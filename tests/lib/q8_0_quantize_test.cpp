#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "brick/q8_0.hpp"
#include "f16_reference.hpp"
#include "float_families.hpp"
#include "kernel_rows.hpp"

namespace brick {
namespace {

constexpr std::size_t margin = 8;  // floats, and blocks, on both sides

using Blocks = std::vector<brickproof_q8_0>;

Blocks poisoned(std::size_t count) {
    brickproof_q8_0 block{0x5a5a, {}};
    std::ranges::fill(block.qs, std::int8_t{0x5a});
    return Blocks(count + 2 * margin, block);
}

bool same_bytes(const Blocks& a, const Blocks& b) {
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(brickproof_q8_0)) == 0;
}

Blocks quantize_with(const brickproof_kernel& kernel, std::span<const float> x) {
    Blocks blocks = poisoned(x.size() / 32);
    kernel_function<brickproof_q8_0_quantize_fn>(kernel)(x.data(), blocks.data() + margin, x.size());
    return blocks;
}

// The definition once more, by the C library's round, for finite blocks.
brickproof_q8_0 defined_block(std::span<const float, 32> x) {
    float amax = 0.0f;
    for (const float value : x) amax = std::max(amax, std::fabs(value));
    const float d = amax / 127.0f;
    const float inverse = d > 0x1p-128f ? 1.0f / d : 0.0f;
    brickproof_q8_0 block{nearest_half(d), {}};
    for (std::size_t i = 0; i < 32; ++i) block.qs[i] = static_cast<std::int8_t>(std::round(x[i] * inverse));
    return block;
}

TEST(Q8_0Quantize, ScalarFollowsTheDefinition) {
    FloatFamilies families(1);
    std::vector<float> x(32);
    for (int round = 0; round < 20000; ++round) {
        families.fill(all_families[families.pick(all_families.size())], x);
        if (!std::ranges::all_of(x, [](float value) { return std::isfinite(value); })) continue;
        const Blocks blocks = quantize_with(kernels_of("q8_0.quantize").front(), x);
        const brickproof_q8_0 expected = defined_block(std::span<const float, 32>(x));
        ASSERT_EQ(blocks[margin].d, expected.d);
        ASSERT_TRUE(std::ranges::equal(blocks[margin].qs, expected.qs)) << "round " << round;
    }
}

TEST(Q8_0Quantize, EveryKernelGivesTheScalarBitsAndKeepsToItsBlocks) {
    FloatFamilies families(2);
    const auto kernels = runnable_kernels_of("q8_0.quantize");
    for (const Family family : all_families) {
        for (std::size_t n = 0; n <= 1600; n += 32) {
            for (int round = 0; round < 25; ++round) {
                std::vector<float> all(n + 2 * margin);
                families.fill(family, all);
                const std::span x = std::span<const float>(all).subspan(families.pick(2 * margin), n);
                const Blocks expected = quantize_with(kernels.front(), x);
                for (const auto& kernel : kernels) {
                    ASSERT_TRUE(same_bytes(quantize_with(kernel, x), expected))
                        << kernel.variant << ", n = " << n << ", family " << static_cast<int>(family);
                }
            }
        }
    }
}

// Large outputs take another way out: past the caches, from the first block that starts a cache line on.
TEST(Q8_0Quantize, EveryKernelGivesTheScalarBitsOnLargeInputs) {
    FloatFamilies families(3);
    std::vector<float> all(std::size_t{9} << 20);
    families.fill(Family::not_finite_here, all);
    const auto kernels = runnable_kernels_of("q8_0.quantize");
    for (const std::size_t skipped : {0u, 1u, 13u}) {
        const std::span x = std::span<const float>(all).subspan(skipped, all.size() - 32 * (1 + skipped));
        const Blocks expected = quantize_with(kernels.front(), x);
        for (const auto& kernel : kernels)
            ASSERT_TRUE(same_bytes(quantize_with(kernel, x), expected)) << kernel.variant;
    }
}

TEST(Q8_0Quantize, EveryKernelShowsNaNAndInfInTheScaleAndZeroesTheQuants) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const auto& kernel : runnable_kernels_of("q8_0.quantize")) {
        for (std::size_t lane = 0; lane < 32; ++lane) {
            std::vector<float> x(320, 1.0f);
            x[64 + lane] = -infinity;
            x[128 + lane] = std::nanf("");
            x[128 + (lane + 1) % 32] = infinity;
            const Blocks blocks = quantize_with(kernel, x);
            EXPECT_EQ(blocks[margin + 2].d, 0x7c00);
            EXPECT_GT(blocks[margin + 4].d & 0x7fff, 0x7c00);
            for (const std::size_t b : {2u, 4u}) {
                EXPECT_EQ(std::ranges::count(blocks[margin + b].qs, std::int8_t{0}), 32)
                    << kernel.variant << ' ' << lane;
            }
            EXPECT_EQ(blocks[margin + 3].qs[lane], 127);
        }
    }
}

void expect_rejected(std::span<const float> x, std::size_t blocks, ErrorCode code, const std::string& message) {
    Blocks y = poisoned(blocks);
    const Blocks before = y;
    const auto result = q8_0::quantize(x, std::span(y).subspan(margin, blocks));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code);
    EXPECT_NE(result.error().message.view().find(message), std::string::npos) << result.error().message.view();
    EXPECT_TRUE(same_bytes(y, before)) << "something was written";
}

TEST(Q8_0Quantize, RejectsSizesThatDoNotFit) {
    const std::vector<float> x(96, 1.0f);
    expect_rejected({}, 0, ErrorCode::zero_dimension, "there are no values");
    expect_rejected(std::span(x).first(95), 3, ErrorCode::not_a_block_multiple,
                    "x has 95 values, which is no multiple of 32");
    expect_rejected(x, 2, ErrorCode::length_mismatch, "blocks has 2 elements, but 96 values need 3");
    expect_rejected(x, 4, ErrorCode::length_mismatch, "blocks has 4 elements, but 96 values need 3");
}

TEST(Q8_0Quantize, RejectsNaNAndInfWithTheirIndex) {
    for (const std::size_t index : {0u, 31u, 1023u, 1024u, 2047u}) {
        std::vector<float> x(2048, 1.0f);
        x[index] = std::nanf("");
        expect_rejected(x, 64, ErrorCode::not_finite, "q8_0::quantize: x[" + std::to_string(index) + "] is nan");
        x[index] = -std::numeric_limits<float>::infinity();
        expect_rejected(x, 64, ErrorCode::not_finite, "x[" + std::to_string(index) + "] is -inf");
    }
}

TEST(Q8_0Quantize, RejectsScalesBeyondTheLargestHalf) {
    std::vector<float> x(96, 1.0f);
    x[40] = -8321040.0f;  // 127 * 65520, the first that rounds to Inf
    expect_rejected(x, 3, ErrorCode::scale_overflow, "block 1 has amax 8321040, and amax / 127 = 65520");
    x[40] = std::nextafter(8321040.0f, 0.0f);
    Blocks y(3);
    ASSERT_TRUE(q8_0::quantize(x, y));
    EXPECT_EQ(y[1].d, 0x7bff);
}

TEST(Q8_0Quantize, RoundsTiesAwayFromZero) {
    std::vector<float> x = {127.0f, 0.5f, -0.5f, 1.5f, -1.5f, 2.5f, -2.5f, 0.49999997f, -126.5f};
    x.resize(32);
    Blocks y(1);
    ASSERT_TRUE(q8_0::quantize(x, y));
    EXPECT_EQ(y[0].d, 0x3c00);
    const std::vector<std::int8_t> expected = {127, 1, -1, 2, -2, 3, -3, 0, -127};
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), y[0].qs));
}

}  // namespace
}  // namespace brick
