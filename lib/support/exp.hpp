// exp in float32, the definition: at most exp_ulps from the exact value for every float, and monotone. The AVX2 and
// NEON forms (exp_avx2.hpp, exp_neon.hpp) take the same steps and give the same bits.
//
// exp(x) = 2^n exp(r), n the integer nearest to x / ln 2, so |r| <= 0.3467; exp(r) = 1 + r + r^2 p(r), p
// interpolated at the Chebyshev nodes of that interval. The reduction is Cody and Waite's: n times the first part
// of ln 2 is exact.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

// Found by trying all floats (tests/lib/exp_test.cpp does it again); an ulp is that of the exact result, and not
// below 2^-149.
inline constexpr double exp_ulps = 1.096;

// Beyond these the result is 0 or Inf.
constexpr float exp_lowest = -104.0f;
constexpr float exp_highest = 89.0f;

constexpr float exp_log2e = 0x1.715476p+0f;
constexpr float exp_ln2_high = 0x1.62e4p-1f;
constexpr float exp_ln2_low = 0x1.7f7d1cp-20f;
// Adding it leaves the nearest integer in the low bits of the significand, for magnitudes below 2^22.
constexpr float exp_round = 0x1.8p23f;
constexpr float exp_p0 = 0x1p-1f;
constexpr float exp_p1 = 0x1.5554dcp-3f;
constexpr float exp_p2 = 0x1.55551ap-5f;
constexpr float exp_p3 = 0x1.120ba2p-7f;
constexpr float exp_p4 = 0x1.6d113cp-10f;

static constexpr float power_of_two(std::int32_t exponent) {
    return std::bit_cast<float>((exponent + 127) << 23);
}

// NaN stays NaN. 2^n is multiplied in two halves: it may be beyond the normal floats where the result is not.
static inline float exp_f32(float x) {
    if (x != x) return x + x;
    const float low = x < exp_lowest ? exp_lowest : x;
    const float inside = low > exp_highest ? exp_highest : low;
    const float n = std::fma(inside, exp_log2e, exp_round) - exp_round;
    const float r = std::fma(-n, exp_ln2_low, std::fma(-n, exp_ln2_high, inside));
    float p = std::fma(exp_p4, r, exp_p3);
    p = std::fma(p, r, exp_p2);
    p = std::fma(p, r, exp_p1);
    p = std::fma(p, r, exp_p0);
    const float exp_r = 1.0f + std::fma(p, r * r, r);
    const auto exponent = static_cast<std::int32_t>(n);
    const std::int32_t half = exponent >> 1;
    return exp_r * power_of_two(half) * power_of_two(exponent - half);
}

}  // namespace BRICK_TARGET
}  // namespace brick
