#include "brick/swiglu.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "kernel_rows.hpp"
#include "swiglu/swiglu_bound.hpp"
#include "swiglu/swiglu_silu.hpp"
#include "ulps.hpp"

namespace brick {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float poison = -12345.75f;

std::vector<float> swiglu_by(const brickproof_kernel& kernel, std::span<const float> gate,
                             std::span<const float> up) {
    std::vector<float> y(gate.size(), poison);
    kernel_function<brickproof_swiglu_fn>(kernel)(gate.data(), up.data(), y.data(), y.size());
    return y;
}

// Bits, but one value for all NaNs: which of two operands' payloads comes out is the compiler's choice.
std::vector<std::uint32_t> bits_of(std::span<const float> values) {
    std::vector<std::uint32_t> bits;
    for (const float value : values)
        bits.push_back(value == value ? std::bit_cast<std::uint32_t>(value) : 0x7fc00000u);
    return bits;
}

// Every 4,999th of all floats, NaNs and infinities among them.
std::vector<float> floats_of_all_kinds() {
    std::vector<float> all;
    for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += 4999)
        all.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    return all;
}

TEST(Swiglu, EveryKernelGivesTheDefinitionsBits) {
    const std::vector<float> gate = floats_of_all_kinds();
    std::vector<float> up(gate.size());
    for (std::size_t i = 0; i < up.size(); ++i) up[i] = gate[i * 7919 % gate.size()];
    const auto kernels = runnable_kernels_of("swiglu");
    const std::vector<float> expected = swiglu_by(kernels.front(), gate, up);
    for (const auto& kernel : kernels)
        EXPECT_EQ(bits_of(swiglu_by(kernel, gate, up)), bits_of(expected)) << kernel.variant;
}

// Densely where the two ways to silu meet, where 1 + exp becomes 1, where exp under- or overflows and where silu
// does.
TEST(Swiglu, EveryKernelGivesTheDefinitionsBitsAtItsEdges) {
    const auto kernels = runnable_kernels_of("swiglu");
    for (const float edge :
         {-108.2f, -103.9f, -89.5f, -88.8f, -87.4f, -22.4f, 16.6f, 17.3f, 21.9f, 88.0f, 103.9f}) {
        std::vector<float> gate(65536);
        for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = edge + static_cast<float>(i) * 0x1p-17f;
        const std::vector<float> up(gate.size(), 0x1p100f);
        const std::vector<float> expected = swiglu_by(kernels.front(), gate, up);
        for (const auto& kernel : kernels)
            ASSERT_EQ(bits_of(swiglu_by(kernel, gate, up)), bits_of(expected)) << kernel.variant << ' ' << edge;
    }
}

// A far gate among near ones, in each lane of a group of vectors and of what is left over.
TEST(Swiglu, EveryKernelGivesTheDefinitionsBitsWithOneFarGate) {
    const auto kernels = runnable_kernels_of("swiglu");
    const std::vector<float> up(45, 1.0f);
    for (const float far : {-30.0f, 30.0f, -infinity, infinity, NAN}) {
        for (std::size_t at = 0; at < up.size(); ++at) {
            std::vector<float> gate(up.size(), -1.25f);
            gate[at] = far;
            const std::vector<float> expected = swiglu_by(kernels.front(), gate, up);
            for (const auto& kernel : kernels)
                ASSERT_EQ(bits_of(swiglu_by(kernel, gate, up)), bits_of(expected)) << kernel.variant << ' ' << at;
        }
    }
}

// Large outputs take another way out, past the caches, where they are aligned to 16 bytes.
TEST(Swiglu, EveryKernelGivesTheDefinitionsBitsOnLargeOutputs) {
    const auto kernels = runnable_kernels_of("swiglu");
    std::vector<float> gate((std::size_t{2} << 20) + 13);
    for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = static_cast<float>(i % 65536) * 0x1p-10f - 32.0f;
    const std::vector<float> up(gate.size(), 1.5f);
    const std::vector<float> expected = swiglu_by(kernels.front(), gate, up);
    for (const auto& kernel : std::span(kernels).subspan(1)) {
        std::vector<float> y(gate.size() + 5, poison);
        for (const std::size_t offset : {4u, 1u}) {
            kernel_function<brickproof_swiglu_fn>(kernel)(gate.data(), up.data(), y.data() + offset, gate.size());
            EXPECT_EQ(bits_of(std::span(y).subspan(offset, gate.size())), bits_of(expected)) << kernel.variant;
        }
        EXPECT_EQ(y.front(), poison);
    }
}

// 1 for all floats, which `./run thorough` tries; else prime, so that every low bit occurs with every exponent.
std::uint64_t stride_of_gates() {
    return std::getenv("BRICKPROOF_EVERY_FLOAT") != nullptr ? 1 : 4099;
}

// Float64 is off by 2^-29 of an ulp of the result.
double silu_error_in_ulps(float gate, float silu) {
    const double exact = gate / (1.0 + std::exp(-static_cast<double>(gate)));
    return std::fabs(silu - exact) * ulps_per_unit(std::fabs(exact));
}

TEST(Swiglu, EveryKernelsSiluIsWithinItsErrorAndHasTheDefinitionsBits) {
    constexpr std::size_t chunk = 4096;
    const std::uint64_t stride = stride_of_gates();
    const std::vector<float> up(chunk, 1.0f);
    std::vector<float> gate(chunk);
    const auto kernels = runnable_kernels_of("swiglu");
    double largest_error = 0.0;
    for (std::uint64_t first = 0; first < std::uint64_t{1} << 32; first += stride * chunk) {
        for (std::size_t i = 0; i < chunk; ++i)
            gate[i] = std::bit_cast<float>(static_cast<std::uint32_t>(first + i * stride));
        const std::vector<float> silu = swiglu_by(kernels.front(), gate, up);
        for (std::size_t i = 0; i < chunk; ++i)
            if (std::isfinite(gate[i]))
                largest_error = std::max(largest_error, silu_error_in_ulps(gate[i], silu[i]));
        for (const auto& kernel : std::span(kernels).subspan(1))
            ASSERT_EQ(bits_of(swiglu_by(kernel, gate, up)), bits_of(silu)) << kernel.variant << ' ' << gate.front();
    }
    RecordProperty("largest_error_in_ulps", std::to_string(largest_error));
    EXPECT_LE(largest_error, silu_ulps);
    if (stride > 1) return;
    EXPECT_GT(largest_error, silu_ulps - 0.01) << "swiglu_silu.hpp declares more than there is";
}

TEST(Swiglu, EveryKernelKeepsToItsElements) {
    const std::vector<float> gate(80, 2.0f);
    const std::vector<float> up(80, 3.0f);
    for (const auto& kernel : runnable_kernels_of("swiglu")) {
        for (std::size_t n = 0; n <= 70; ++n) {
            const std::size_t offset = 1 + n % 7;
            std::vector<float> y(80, poison);
            kernel_function<brickproof_swiglu_fn>(kernel)(gate.data(), up.data(), y.data() + offset, n);
            for (std::size_t i = 0; i < y.size(); ++i)
                ASSERT_EQ(y[i] == poison, i < offset || i >= offset + n) << kernel.variant << ' ' << n << ' ' << i;
        }
    }
}

TEST(Swiglu, EveryKernelIsWithinTheBound) {
    std::vector<float> gate;
    for (float g = -110.0f; g < 110.0f; g += 0.013f) gate.push_back(g);
    const std::vector<float> up(gate.size(), -1.75f);
    for (const auto& kernel : runnable_kernels_of("swiglu")) {
        const std::vector<float> y = swiglu_by(kernel, gate, up);
        for (std::size_t i = 0; i < y.size(); ++i) {
            const double exact = gate[i] / (1.0 + std::exp(-static_cast<double>(gate[i]))) * -1.75;
            ASSERT_LE(std::fabs(y[i] - exact), swiglu_error_bound(gate[i], -1.75))
                << kernel.variant << ' ' << gate[i];
        }
    }
}

TEST(Swiglu, KeepsNaNs) {
    const std::vector<float> gate = {NAN, 1.0f, NAN, -infinity};
    const std::vector<float> up = {1.0f, NAN, NAN, 1.0f};
    for (const auto& kernel : runnable_kernels_of("swiglu"))
        for (const float y : swiglu_by(kernel, gate, up)) EXPECT_TRUE(std::isnan(y)) << kernel.variant;
}

TEST(Swiglu, ComputesTheProduct) {
    const std::vector<float> gate = {0.0f, 100.0f, -110.0f, 0x1p-100f};
    const std::vector<float> up = {5.0f, 0.25f, 3.0f, 2.0f};
    std::vector<float> y(4);
    ASSERT_TRUE(swiglu(gate, up, y));
    EXPECT_EQ(y, (std::vector<float>{0.0f, 25.0f, 0.0f, 0x1p-100f}));
}

TEST(Swiglu, RejectsWithAMessage) {
    std::vector<float> four(4, 1.0f);
    std::vector<float> y(4, poison);
    const auto expect_error = [&](const Result<void>& result, ErrorCode code, std::string_view message) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, code);
        EXPECT_EQ(result.error().message.view(), message);
        EXPECT_EQ(y, std::vector<float>(4, poison));
    };
    const std::span<const float> three = std::span(four).first(3);
    expect_error(swiglu({}, {}, {}), ErrorCode::zero_dimension, "swiglu: there are no values; give at least one");
    expect_error(swiglu(four, three, y), ErrorCode::length_mismatch,
                 "swiglu: up has 3 elements, but 4 values need 4");
    expect_error(swiglu(three, three, y), ErrorCode::length_mismatch,
                 "swiglu: y has 4 elements, but 3 values need 3");
    std::vector<float> bad = four;
    bad[2] = infinity;
    expect_error(swiglu(bad, four, y), ErrorCode::not_finite, "swiglu: gate[2] is inf; all values must be finite");
    bad[1] = NAN;
    expect_error(swiglu(four, bad, y), ErrorCode::not_finite, "swiglu: up[1] is nan; all values must be finite");
}

}  // namespace
}  // namespace brick
