#include "engine/float_patterns.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

#include "brickproof/kernel_abi.h"
#include "engine/float_steps.hpp"

namespace brickproof {
namespace {

constexpr std::size_t block = BRICKPROOF_Q8_0_BLOCK;
constexpr float largest = std::numeric_limits<float>::max();

// wanted ? a : b, without a branch.
std::uint32_t chosen(bool wanted, std::uint32_t a, std::uint32_t b) {
    return b ^ ((a ^ b) & (0u - static_cast<std::uint32_t>(wanted)));
}
float chosen(bool wanted, float a, float b) {
    return std::bit_cast<float>(chosen(wanted, std::bit_cast<std::uint32_t>(a), std::bit_cast<std::uint32_t>(b)));
}

float random_finite_bits(Random& random) {
    const auto bits = static_cast<std::uint32_t>(random.next() >> 32);
    const auto x = std::bit_cast<float>(bits);
    return std::isfinite(x) ? x : std::copysign(largest, std::isnan(x) ? 1.0f : x);
}

// A block whose scale amax/127 is exactly 2^e (times `scale`), all others at k + 1/2: every code is a tie.
float tie(std::size_t i, float scale, Random& random) {
    if (i % block == 5) return either_sign(127.0f * scale, random);
    return (static_cast<float>(random.between(-127, 126)) + 0.5f) * scale;
}

// An arbitrary amax, and values a few ulps around the midpoints of its codes.
float near_tie(std::size_t i, float scale, float amax_factor, Random& random) {
    const float amax = 127.0f * amax_factor * scale;
    if (i % block == 0) return amax;
    const float step = amax / 127.0f;
    const float midpoint = (static_cast<float>(random.between(-127, 126)) + 0.5f) * step;
    return ulps_above(midpoint, random.between(-3, 3));
}

// std::pow may differ by an ulp from one C library to the next, and a token with it.
float fifth_power(float x) {
    return x * x * x * x * x;
}

// The value of a finite half that is not negative: its bits moved to those of a float, whose bias is 112 more. Of
// 0x7C00 it is 65,536, which would come next.
float finite_half_value(std::uint32_t bits) {
    return std::bit_cast<float>(bits << 13) * 0x1p112f;
}

float largest_or_small(Random& of_sign, Random& random) {
    const bool is_small = random.below(3) == 0;
    const float small = Random(random).symmetric();
    random.skip_if(is_small);
    return chosen(is_small, small, either_sign(largest, of_sign));
}

// Around the values where rounding to half changes: a half, the midpoint to the next, and their float neighbours.
// The ends of the subnormals and of the normals come often. (No branches; see either_sign.)
float half_boundary(Random& random) {
    constexpr std::uint32_t ends[] = {0x0000, 0x0001, 0x03FF, 0x0400, 0x7BFE, 0x7BFF};
    const bool at_an_end = random.below(4) == 0;
    const auto choice = static_cast<std::uint32_t>(random.below(at_an_end ? std::size(ends) : 0x7C00));
    const std::uint32_t bits = chosen(at_an_end, ends[choice % std::size(ends)], choice);
    const float low = finite_half_value(bits);
    const float to_midpoint = (finite_half_value(bits + 1) - low) / 2;
    const float x = low + static_cast<float>(random.below(2)) * to_midpoint;
    const bool moved = random.below(3) != 0;
    const int direction = 1 - 2 * static_cast<int>(Random(random).below(2));
    random.skip_if(moved);
    return either_sign(ulps_above(x, static_cast<int>(moved) * direction), random);
}

// Blocks whose scale amax/127 is around the values where rounding it to half changes.
float scale_boundary(std::size_t i, Random& random) {
    const float smaller_than_all = random.symmetric() * 0x1p-24f;
    return i % block == 3 ? 127.0f * half_boundary(random) : smaller_than_all;
}

FloatFill random_fill(std::size_t n, Random& random) {
    constexpr auto kinds = static_cast<int>(FloatPattern::mixed_blocks);
    const auto pattern = static_cast<FloatPattern>(random.between(1, kinds - 1));
    const float scale = power_of_two(random.between(-30, 20));
    const float factor = 1.0f + random.unit();
    return {pattern, scale, factor, random.below(std::max<std::size_t>(n, 1))};
}

}  // namespace

void FloatFill::fill(std::span<float> values, std::size_t first, Random& random) const {
    Random of_sign = random;
    const auto each = [&](const auto& value_of) {
        fill_each(values, random, of_sign, [&](std::size_t i) { return value_of(first + i); });
    };
    switch (pattern) {
        case FloatPattern::one_hot:
            return each([&](std::size_t i) { return i == hot ? either_sign(factor * scale, of_sign) : 0.0f; });
        case FloatPattern::ramp:
            return each([&](std::size_t i) { return (static_cast<float>(i) - static_cast<float>(hot)) * scale; });
        case FloatPattern::alternating:
            return each([&](std::size_t i) { return (i % 2 == 0 ? 1.0f : -1.0f) * factor * scale; });
        case FloatPattern::small_integers:
            return each([&](std::size_t) { return static_cast<float>(random.between(-9, 9)) * scale; });
        case FloatPattern::constant:
            return each([&](std::size_t) { return factor * scale; });
        case FloatPattern::uniform:
            return each([&](std::size_t) { return random.symmetric() * scale; });
        case FloatPattern::normal:
            return each([&](std::size_t) { return 0.02f * random.normal() * scale; });
        case FloatPattern::heavy_tail:
            return each([&](std::size_t) { return fifth_power(random.normal()) * scale; });
        case FloatPattern::ties:
            return each([&](std::size_t i) { return tie(i, scale, random); });
        case FloatPattern::near_ties:
            return each([&](std::size_t i) { return near_tie(i, scale, factor, random); });
        case FloatPattern::powers_of_two:
            return each([&](std::size_t) { return either_sign(power_of_two(random.between(-149, 127)), of_sign); });
        case FloatPattern::subnormals:
            return each([&](std::size_t) {
                return either_sign(std::bit_cast<float>(static_cast<std::uint32_t>(random.below(1u << 23))),
                                   of_sign);
            });
        case FloatPattern::largest_finite:
            return each([&](std::size_t) { return largest_or_small(of_sign, random); });
        case FloatPattern::cancelling:
            return each([&](std::size_t i) {
                return (i % 2 == 0 ? 1.0f : -1.0f) * factor * scale + random.symmetric() * 0x1p-20f * scale;
            });
        case FloatPattern::random_bits:
            return each([&](std::size_t) { return random_finite_bits(random); });
        case FloatPattern::signed_zeros:
            return each([&](std::size_t) { return either_sign(0.0f, of_sign); });
        case FloatPattern::lone_extreme:
            return each([&](std::size_t i) {
                return (i % block == hot % block ? either_sign(50.0f, of_sign) : random.symmetric()) * scale;
            });
        case FloatPattern::tiny_blocks:
            return each([&](std::size_t) {
                const float x = random.symmetric();
                return x * (scale * power_of_two(-10 - random.between(0, 24)));
            });
        case FloatPattern::half_boundaries:
            return each([&](std::size_t) { return half_boundary(random); });
        case FloatPattern::scale_boundaries:
            return each([&](std::size_t i) { return scale_boundary(i, random); });
        case FloatPattern::zeros:
        case FloatPattern::mixed_blocks:
        case FloatPattern::count:
            return each([](std::size_t) { return 0.0f; });
    }
}

void fill_mixed_blocks(std::span<float> x, Random& random) {
    for (std::size_t i = 0; i < x.size(); i += block)
        random_fill(x.size(), random).fill(x.subspan(i, std::min(block, x.size() - i)), i, random);
}

}  // namespace brickproof
