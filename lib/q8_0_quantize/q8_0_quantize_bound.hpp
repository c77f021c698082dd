// How far the scales and codes of a correct q8_0.quantize may be from the exact ones.
#pragma once

#include <string_view>

#include "q8_0f_quantize/q8_0f_quantize_bound.hpp"

namespace brick {

inline constexpr std::string_view q8_0_quantize_bound_derivation =
    "Exact: s = amax/127 and r = x/s, |r| <= 127. The codes follow s, not its half. "
    "Scale: the float scale is within u 2^e (1 + f^2/2) of s = f 2^e, 1 <= f < 2 (see q8_0f.quantize: amax/127, "
    "amax fl(1/127) or 1/fl(127/amax)); the stored d is a half that some float in this interval, or s itself, "
    "gives "
    "by rounding to nearest even. Nearly always that is one half, and always so where s is representable and f^2 < "
    "2, "
    "such as on ties. The half is off by at most 2^-11 s, or 2^-25 where it is subnormal. "
    "Code: |q - r| <= 1/2 + gamma_4 |r|, ties either way (see q8_0f.quantize). "
    "Nothing is promised for the codes where d may be 0 (s <= 2^-25), which also covers all s whose reciprocal "
    "overflows, nor for a block whose d may be Inf (s >= 65520): they need only be in -127..127. "
    "Reconstruction: |x - q d| <= s |q - r| + |q| |s - d|: at most amax/254 = 0.394 % of amax for the codes, and "
    "2^-11 amax = 0.049 % for a normal half scale.";

// Of the float scale before it becomes a half; exact_scale = amax/127 > 0.
constexpr double q8_0_quantize_scale_bound(double exact_scale) {
    return q8_0f_quantize_scale_bound(exact_scale);
}

// Of a code; ratio = |x| / exact_scale.
constexpr double q8_0_quantize_code_bound(double ratio) {
    return q8_0f_quantize_code_bound(ratio);
}

}  // namespace brick
