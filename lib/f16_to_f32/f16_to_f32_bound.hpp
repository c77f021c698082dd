// How far a correct f16.to_f32 may be from its input: not at all.
#pragma once

#include <string_view>

namespace brick {

inline constexpr std::string_view f16_to_f32_bound_derivation =
    "Every half is a float32: 11 of 24 significant bits, and the smallest subnormal half, 2^-24, is a normal "
    "float32. "
    "So y is x exactly. Inf stays Inf with its sign, a NaN stays a NaN.";

// Of y, for any half but NaN.
constexpr double f16_to_f32_error_bound() {
    return 0.0;
}

}  // namespace brick
