// float <-> half, IEEE 754 binary16 as its bits, in integer arithmetic: the definition, on every CPU, in every
// floating-point environment.
#pragma once

#include <bit>
#include <cstdint>

#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

// Round to nearest even; Inf from 65520 on; NaN becomes a quiet NaN with its sign and the top of its payload.
static constexpr std::uint16_t half_from_float(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits >> 16 & 0x8000u;
    const std::uint32_t magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u | (magnitude >> 13 & 0x1ffu));
    if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);  // 65520, the tie to 2^16

    // The half is `kept` >> shift, rounded. A normal half keeps 10 of 23 fraction bits and has its exponent 112
    // lower; below 2^-14 the significand is spelled out and loses one bit more for each binade, down to half of
    // 2^-24.
    std::uint32_t kept = magnitude - (112u << 23);
    std::uint32_t shift = 13;
    if (magnitude < 0x38800000u) {                                              // 2^-14
        if (magnitude <= 0x33000000u) return static_cast<std::uint16_t>(sign);  // 2^-25, the tie to 0
        kept = (magnitude & 0x007fffffu) | 0x00800000u;
        shift = 126 - (magnitude >> 23);
    }
    const std::uint32_t odd = kept >> shift & 1u;
    return static_cast<std::uint16_t>(sign | (kept + (1u << (shift - 1)) - 1u + odd) >> shift);
}

// Exact; a signalling NaN becomes quiet.
static constexpr float float_from_half(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000u) << 16;
    const std::uint32_t magnitude = half & 0x7fffu;
    std::uint32_t bits = (magnitude << 13) + (112u << 23);
    if (magnitude >= 0x7c00u) {  // Inf, NaN
        bits = (magnitude << 13) | 0x7f800000u | (magnitude > 0x7c00u ? 0x00400000u : 0u);
    } else if (magnitude < 0x0400u) {  // magnitude * 2^-24: shifted up until its leading 1 is the implicit bit
        if (magnitude == 0) return std::bit_cast<float>(sign);
        const auto up = static_cast<std::uint32_t>(std::countl_zero(magnitude)) - 21u;
        bits = (magnitude << (13 + up)) + ((112u - up) << 23);
    }
    return std::bit_cast<float>(sign | bits);
}

}  // namespace BRICK_TARGET
}  // namespace brick
