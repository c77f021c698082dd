#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "brick/f16.hpp"
#include "f16_reference.hpp"
#include "float_families.hpp"
#include "kernel_rows.hpp"

namespace brick {
namespace {

void expect_nearest_halves(const std::vector<float>& x) {
    for (const auto& kernel : runnable_kernels_of("f16.from_f32")) {
        std::vector<std::uint16_t> halves(x.size());
        kernel_function<brickproof_f16_from_f32_fn>(kernel)(x.data(), halves.data(), x.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            ASSERT_EQ(halves[i], nearest_half(x[i])) << kernel.variant << ": " << std::hexfloat << x[i];
        }
    }
}

// Every finite half, the midpoint to the next, and one ulp to either side of both; both signs.
TEST(F16FromF32, EveryKernelRoundsToNearestEven) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> x;
    for (std::uint16_t half = 0; half < 0x7c00; ++half) {
        const double next = half == 0x7bff ? 65536.0 : half_value(static_cast<std::uint16_t>(half + 1));
        const auto value = static_cast<float>(half_value(half));
        const auto midpoint = static_cast<float>((half_value(half) + next) / 2);
        for (const float centre : {value, midpoint, -value, -midpoint}) {
            x.insert(x.end(), {centre, std::nextafter(centre, infinity), std::nextafter(centre, -infinity)});
        }
    }
    x.insert(x.end(), {infinity, -infinity, 3.4e38f, -3.4e38f, 65519.996f, 65520.0f, 0x1p-149f, -0x1p-149f});
    expect_nearest_halves(x);
}

TEST(F16FromF32, EveryKernelRoundsRandomFloatsOfAllExponents) {
    FloatFamilies families(1);
    std::vector<float> x(200000);
    families.fill(Family::random_bits, x);
    std::erase_if(x, [](float value) { return std::isnan(value); });
    expect_nearest_halves(x);
}

TEST(F16FromF32, EveryKernelMakesNaNQuietAndKeepsItsSign) {
    for (const auto& kernel : runnable_kernels_of("f16.from_f32")) {
        for (const std::uint32_t bits :
             {0x7f800001u, 0xff800001u, 0x7fc00000u, 0xffc00000u, 0x7fffffffu, 0xff902000u}) {
            const std::vector<float> x(9, std::bit_cast<float>(bits));  // one vector and a tail
            std::vector<std::uint16_t> halves(9);
            kernel_function<brickproof_f16_from_f32_fn>(kernel)(x.data(), halves.data(), 9);
            const auto expected =
                static_cast<std::uint16_t>((bits >> 16 & 0x8000u) | 0x7e00u | (bits >> 13 & 0x1ffu));
            EXPECT_EQ(halves, std::vector<std::uint16_t>(9, expected)) << kernel.variant << std::hex << ' ' << bits;
        }
    }
}

TEST(F16FromF32, EveryKernelKeepsToItsElements) {
    FloatFamilies families(2);
    std::vector<float> x(320);
    families.fill(Family::ties, x);
    for (const auto& kernel : runnable_kernels_of("f16.from_f32")) {
        for (std::size_t n = 0; n <= 300; ++n) {
            const std::size_t offset = 1 + n % 7;
            std::vector<std::uint16_t> halves(320, 0x1234);
            kernel_function<brickproof_f16_from_f32_fn>(kernel)(x.data() + offset, halves.data() + offset, n);
            for (std::size_t i = 0; i < halves.size(); ++i) {
                const bool inside = i >= offset && i < offset + n;
                ASSERT_EQ(halves[i], inside ? nearest_half(x[i]) : 0x1234) << kernel.variant << ' ' << n;
            }
        }
    }
}

TEST(F16FromF32, RejectsWithAMessage) {
    const std::vector<float> x(5);
    std::vector<std::uint16_t> halves(6, 7);
    const auto mismatch = f16::from_f32(x, halves);
    ASSERT_FALSE(mismatch);
    EXPECT_EQ(mismatch.error().code, ErrorCode::length_mismatch);
    EXPECT_EQ(mismatch.error().message.view(), "f16::from_f32: halves has 6 elements, but 5 values need 5");
    EXPECT_EQ(halves, std::vector<std::uint16_t>(6, 7));

    const auto empty = f16::from_f32({}, halves);
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().code, ErrorCode::zero_dimension);
}

TEST(F16FromF32, Rounds) {
    const std::vector<float> x = {1.0f, -2.0f, 65520.0f};
    std::vector<std::uint16_t> halves(3);
    ASSERT_TRUE(f16::from_f32(x, halves));
    EXPECT_EQ(halves, (std::vector<std::uint16_t>{0x3c00, 0xc000, 0x7c00}));
}

}  // namespace
}  // namespace brick
