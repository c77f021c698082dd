#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>

#include "brick/q8_0f.hpp"
#include "float_families.hpp"
#include "kernel_rows.hpp"
#include "support/checks.hpp"

namespace brick {
namespace {

constexpr std::size_t margin = 8;

struct Quantized {
    std::vector<std::int8_t> quants;
    std::vector<std::uint32_t> scale_bits;
    bool operator==(const Quantized&) const = default;
};

// With poisoned margins on both sides of both outputs.
Quantized quantize_with(const brickproof_kernel& kernel, std::span<const float> x) {
    std::vector<std::int8_t> quants(x.size() + 2 * margin, 0x5a);
    std::vector<float> scales(blocks_for(x.size()) + 2 * margin, -77.0f);
    kernel_function<brickproof_q8_0f_quantize_fn>(kernel)(x.data(), quants.data() + margin, scales.data() + margin,
                                                          x.size());
    std::vector<std::uint32_t> bits(scales.size());
    std::memcpy(bits.data(), scales.data(), scales.size() * sizeof(float));
    return {quants, bits};
}

// The definition once more, by the C library's round, for finite blocks of up to 32 values.
void expect_defined(std::span<const float> x, const Quantized& got) {
    float amax = 0.0f;
    for (const float value : x) amax = std::max(amax, std::fabs(value));
    const float scale = amax <= 1e-10f ? 1.0f / 127.0f : amax / 127.0f;
    ASSERT_EQ(got.scale_bits[margin], std::bit_cast<std::uint32_t>(scale));
    for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(got.quants[margin + i], std::round(x[i] / scale));
}

TEST(Q8_0fQuantize, EveryKernelFollowsTheDefinition) {
    FloatFamilies families(1);
    for (int round = 0; round < 20000; ++round) {
        std::vector<float> x(families.pick(2) == 0 ? 32 : 1 + families.pick(32));
        families.fill(all_families[families.pick(all_families.size())], x);
        if (!std::ranges::all_of(x, [](float value) { return std::isfinite(value); })) continue;
        for (const auto& kernel : runnable_kernels_of("q8_0f.quantize"))
            expect_defined(x, quantize_with(kernel, x));
    }
}

TEST(Q8_0fQuantize, EveryKernelGivesTheScalarBitsAndKeepsToItsValues) {
    FloatFamilies families(2);
    const auto kernels = runnable_kernels_of("q8_0f.quantize");
    for (const Family family : all_families) {
        for (std::size_t n = 0; n <= 300; ++n) {
            for (int round = 0; round < 8; ++round) {
                std::vector<float> all(n + 2 * margin);
                families.fill(family, all);
                const std::span x = std::span<const float>(all).subspan(families.pick(2 * margin), n);
                const Quantized expected = quantize_with(kernels.front(), x);
                for (const auto& kernel : kernels) {
                    ASSERT_TRUE(quantize_with(kernel, x) == expected)
                        << kernel.variant << ", n = " << n << ", family " << static_cast<int>(family);
                }
            }
        }
    }
}

TEST(Q8_0fQuantize, EveryKernelGivesTheScalarBitsOnManyBlocks) {
    FloatFamilies families(3);
    const auto kernels = runnable_kernels_of("q8_0f.quantize");
    for (const Family family : all_families) {
        std::vector<float> x(3 * 64 * 32 + 5 * 32 + 17);
        families.fill(family, x);
        for (const auto& kernel : kernels) {
            ASSERT_TRUE(quantize_with(kernel, x) == quantize_with(kernels.front(), x)) << kernel.variant;
        }
    }
}

// Up to 1e-10 the scale is 1/127, and from the next float on it is amax / 127.
TEST(Q8_0fQuantize, EveryKernelChangesTheScaleAtTheSmallestAmax) {
    const float above = std::nextafter(1e-10f, 1.0f);
    for (const auto& kernel : runnable_kernels_of("q8_0f.quantize")) {
        for (const std::size_t n : {1u, 32u, 256u}) {
            for (const float amax : {std::nextafter(1e-10f, 0.0f), 1e-10f, above}) {
                std::vector<float> x(n);
                x.back() = -amax;
                const Quantized got = quantize_with(kernel, x);
                const float scale = amax == above ? above / 127.0f : 1.0f / 127.0f;
                EXPECT_EQ(got.scale_bits[margin + blocks_for(n) - 1], std::bit_cast<std::uint32_t>(scale));
                EXPECT_EQ(got.quants[margin + n - 1], amax == above ? -127 : 0) << kernel.variant << ' ' << n;
            }
        }
    }
}

// Quotients one float away from a tie, for scales of many significands: where a product by the reciprocal is wrong.
TEST(Q8_0fQuantize, EveryKernelRoundsTheTrueQuotientBesideTies) {
    FloatFamilies families(4);
    for (int round = 0; round < 4000; ++round) {
        const float amax = std::bit_cast<float>(0x3f800000u | (families.bits() & 0x7fffffu));
        std::vector<float> x(32, amax);
        for (std::size_t i = 1; i < 32; ++i) {
            const float tie = (static_cast<float>(families.pick(126)) + 0.5f) * (amax / 127.0f);
            const auto ulps = static_cast<std::uint32_t>(families.pick(5)) - 2u;
            x[i] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(tie) + ulps);
        }
        for (const auto& kernel : runnable_kernels_of("q8_0f.quantize"))
            expect_defined(x, quantize_with(kernel, x));
    }
}

TEST(Q8_0fQuantize, EveryKernelShowsNaNAndInfInTheScaleAndZeroesTheQuants) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const auto& kernel : runnable_kernels_of("q8_0f.quantize")) {
        for (std::size_t lane = 0; lane < 40; ++lane) {  // a whole block and a partial one
            std::vector<float> x(40, 1.0f);
            x[lane] = -infinity;
            const Quantized inf = quantize_with(kernel, x);
            EXPECT_EQ(inf.scale_bits[margin + lane / 32], 0x7f800000u);
            x[lane / 32 * 32 + (lane + 1) % 8] = -std::nanf("");
            x[lane] = lane % 8 == 7 ? std::nanf("") : x[lane];
            const Quantized nan = quantize_with(kernel, x);
            EXPECT_GT(nan.scale_bits[margin + lane / 32] & 0x7fffffffu, 0x7f800000u);
            for (const Quantized& got : {inf, nan}) {
                EXPECT_EQ(got.quants[margin + lane], 0) << kernel.variant;
                EXPECT_EQ(got.quants[margin + lane / 32 * 32], 0) << kernel.variant;
                EXPECT_EQ(got.quants[margin + (lane < 32 ? 32 : 0)], 127) << kernel.variant;
            }
        }
    }
}

void expect_rejected(std::span<const float> x, std::size_t quants, std::size_t scales, ErrorCode code,
                     const std::string& message) {
    std::vector<std::int8_t> q(quants, 99);
    std::vector<float> s(scales, 99.0f);
    const auto result = q8_0f::quantize(x, q, s);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code);
    EXPECT_NE(result.error().message.view().find(message), std::string::npos) << result.error().message.view();
    EXPECT_EQ(q, std::vector<std::int8_t>(quants, 99)) << "something was written";
    EXPECT_EQ(s, std::vector<float>(scales, 99.0f)) << "something was written";
}

TEST(Q8_0fQuantize, RejectsWithAMessage) {
    std::vector<float> x(33, 1.0f);
    expect_rejected({}, 0, 0, ErrorCode::zero_dimension, "q8_0f::quantize: there are no values");
    expect_rejected(x, 32, 2, ErrorCode::length_mismatch, "quants has 32 elements, but 33 values need 33");
    expect_rejected(x, 33, 1, ErrorCode::length_mismatch, "scales has 1 elements, but 33 values need 2");
    expect_rejected(x, 33, 3, ErrorCode::length_mismatch, "scales has 3 elements, but 33 values need 2");
    x[32] = std::numeric_limits<float>::infinity();
    expect_rejected(x, 33, 2, ErrorCode::not_finite, "x[32] is inf");
    x[7] = std::nanf("");
    expect_rejected(x, 33, 2, ErrorCode::not_finite, "x[7] is nan");
}

TEST(Q8_0fQuantize, QuantisesAPartialBlock) {
    const std::vector<float> x = {-254.0f, 1.0f, 2.999999f};
    std::vector<std::int8_t> quants(3);
    std::vector<float> scales(1);
    ASSERT_TRUE(q8_0f::quantize(x, quants, scales));
    EXPECT_EQ(scales[0], 2.0f);
    EXPECT_EQ(quants, (std::vector<std::int8_t>{-127, 1, 1}));
}

}  // namespace
}  // namespace brick
