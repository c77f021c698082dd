// Sine and cosine of a double, rounded to float, the definition: within 0.563 ulp of the exact value for every
// angle from 0 to sincos_highest. The AVX2 and NEON forms (sincos_avx2.hpp, sincos_neon.hpp) take the same steps
// and give the same bits.
//
// x = n pi/2 + r, n the nearest integer, so |r| <= pi/4. Cody and Waite's reduction in two parts: the first FMA
// rounds only what is left after the cancellation, so that r is good to some 2^-52 of itself even next to a
// multiple of pi/2. sin(r) = r + r^3 s(r^2) and cos(r) = 1 - r^2/2 + r^4 c(r^2), s and c of least largest error:
// the sine is off by at most 2^-27.9 of itself, the cosine by 2^-33, before they are rounded to float.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

// Beyond it the C library reduces the angle: the multiple n needs more bits than are kept for it here.
constexpr double sincos_highest = 0x1p30;

constexpr double sincos_two_over_pi = 0x1.45f306dc9c883p-1;
constexpr double sincos_half_pi_high = 0x1.921fb54442d18p+0;
constexpr double sincos_half_pi_low = 0x1.1a62633145c07p-54;
// Adding it leaves the nearest integer in the low bits of the significand.
constexpr double sincos_round = 0x1.8p52;
constexpr double sincos_s0 = -0x1.555545264999bp-3;
constexpr double sincos_s1 = 0x1.11073ae31ca4p-7;
constexpr double sincos_s2 = -0x1.9943d8015b03bp-13;
constexpr double sincos_c0 = 0x1.55554a112dd51p-5;
constexpr double sincos_c1 = -0x1.6c0c338bd91a5p-10;
constexpr double sincos_c2 = 0x1.99eb940f464c8p-16;

struct SinCos {
    float sin;
    float cos;
};

// Of x >= 0. Inf and NaN give NaN.
static inline SinCos sin_cos_f32(double x) {
    if (!(x <= sincos_highest)) return {static_cast<float>(std::sin(x)), static_cast<float>(std::cos(x))};
    const double shifted = std::fma(x, sincos_two_over_pi, sincos_round);
    const double n = shifted - sincos_round;
    const double r = std::fma(-n, sincos_half_pi_low, std::fma(-n, sincos_half_pi_high, x));
    const double z = r * r;
    const double s = std::fma(std::fma(sincos_s2, z, sincos_s1), z, sincos_s0);
    const double c = std::fma(std::fma(sincos_c2, z, sincos_c1), z, sincos_c0);
    const double sin_r = std::fma(s, r * z, r);
    const double cos_r = std::fma(c, z * z, std::fma(z, -0.5, 1.0));
    const auto quadrant = std::bit_cast<std::uint64_t>(shifted);  // in its two lowest bits
    const auto sine = static_cast<float>((quadrant & 1) != 0 ? cos_r : sin_r);
    const auto cosine = static_cast<float>((quadrant & 1) != 0 ? sin_r : cos_r);
    return {(quadrant & 2) != 0 ? -sine : sine, ((quadrant + 1) & 2) != 0 ? -cosine : cosine};
}

}  // namespace BRICK_TARGET
}  // namespace brick
