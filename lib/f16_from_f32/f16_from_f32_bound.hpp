// How far a correct f16.from_f32 may be from its input: one rounding, which is determined.
#pragma once

#include <string_view>

namespace brick {

inline constexpr std::string_view f16_from_f32_bound_derivation =
    "Exact: the half nearest to x, the even one on a tie (IEEE 754-2019, 4.3.1): one value for every x, so that "
    "all "
    "correct kernels give the same bits. Halves have 11 significant bits down to 2^-14 and a spacing of 2^-24 "
    "below: "
    "|y - x| <= 2^-11 |x|, or 2^-25 where that is larger. From 65520 on, halfway between the largest half and "
    "2^16, "
    "the result is Inf. A NaN stays a quiet NaN; its payload is free.";

// Of y, for |x| < 65520.
constexpr double f16_from_f32_error_bound(double x) {
    const double magnitude = x < 0.0 ? -x : x;
    return magnitude * 0x1p-11 > 0x1p-25 ? magnitude * 0x1p-11 : 0x1p-25;
}

}  // namespace brick
