// How far the scales and codes of a correct q8_0f.quantize may be from the exact ones.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "brick/rounding.hpp"

namespace brick {

inline constexpr std::string_view q8_0f_quantize_bound_derivation =
    "Exact: s = amax/127 and r = x/s, |r| <= 127; for amax <= 1e-10, s = 1/127. "
    "Scale: with s = f 2^e, 1 <= f < 2, one rounding is off by at most u 2^e. A kernel may divide, fl(amax/127); "
    "multiply, fl(amax fl(1/127)), where fl(1/127) is off by u/16; or invert what it multiplies with, "
    "fl(1/fl(127/amax)), where the inner reciprocal lies in (1/2, 1] 2^-e and is off by at most f u/2 of itself. "
    "So |scale - s| <= u 2^e (1 + f^2/2), which is below 1.5 u s, and nothing underflows as s > 2^-41. "
    "Code: x/fl(s) has 2 roundings, x fl(127/amax) 2, x fl(1/fl(s)) 3, each with at most half a rounding more in "
    "s: "
    "what is rounded to the code is within gamma_4 |r| of r. Where it underflows, r is near 0 and the code is 0. "
    "Rounding, ties either way, adds 1/2: |q - r| <= 1/2 + gamma_4 |r|. "
    "Reconstruction: |x - q scale| <= s |q - r| + |q| |s - scale|: at most amax/254 = 0.394 % of amax, reached by "
    "a "
    "block of 127 and 0.5, and less than 6 u amax for all roundings. (The often quoted 0.1 % is no bound on the "
    "largest error.)";

// The power of two at or below x, for normal x > 0.
constexpr double binade(double x) {
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & 0x7FF0'0000'0000'0000u);
}

// Of the float scale; exact_scale = amax/127 > 0.
constexpr double q8_0f_quantize_scale_bound(double exact_scale) {
    constexpr double second_order = 1.0 + 0x1p-20;
    constexpr double smallest_normal = 0x1p-126;
    // Where the scale is subnormal, its spacing is that of the smallest normals, but a reciprocal may overflow.
    if (exact_scale < smallest_normal) return smallest_normal;
    const double power = binade(exact_scale);
    const double significand = exact_scale / power;
    return unit_roundoff * power * (1.0 + significand * significand / 2.0) * second_order;
}

// Of a code; ratio = |x| / exact_scale.
constexpr double q8_0f_quantize_code_bound(double ratio) {
    return 0.5 + gamma(4) * ratio;
}

// Of the scale when q * scale is quantised again, relative to the first scale: q scale is rounded once and the new
// scale is within 1.5 u of the exact one.
constexpr double q8_0f_quantize_round_trip_bound() {
    return gamma(3);
}

}  // namespace brick
