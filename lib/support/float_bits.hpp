// What the kernels' definitions need of a float: its magnitude as an integer, and rounding.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

constexpr std::uint32_t infinity_bits = 0x7f800000u;

// The largest magnitude of x[count], as bits: non-negative floats are ordered like their bits, with Inf above every
// finite number and NaN above Inf, so a NaN always wins. 0 for no values.
static constexpr std::uint32_t amax_bits(const float* x, std::size_t count) {
    std::uint32_t amax = 0;
    for (std::size_t i = 0; i < count; ++i) {
        amax = std::max(amax, std::bit_cast<std::uint32_t>(x[i]) & 0x7fffffffu);
    }
    return amax;
}

// Nearest integer, ties away from zero, for |value| < 2^31. The difference is exact: it is a multiple of value's
// ulp and below 1, so 0.49999997f and 8388609.0f come out right, as they do not with trunc(value + 0.5f).
static constexpr std::int32_t round_half_away(float value) {
    const auto whole = static_cast<std::int32_t>(value);
    const float rest = value - static_cast<float>(whole);
    return whole + (rest >= 0.5f ? 1 : 0) - (rest <= -0.5f ? 1 : 0);
}

}  // namespace BRICK_TARGET
}  // namespace brick
