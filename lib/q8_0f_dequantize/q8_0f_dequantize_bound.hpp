// How far a correct q8_0f.dequantize may be from the exact product: one rounding, which is determined.
#pragma once

#include <string_view>

#include "brick/rounding.hpp"

namespace brick {

inline constexpr std::string_view q8_0f_dequantize_bound_derivation =
    "Exact: y = q s. The product of 8 and 24 significant bits has 32, exact in float64. A correct kernel "
    "multiplies "
    "once in float32, so that y is the exact product correctly rounded (to nearest even; subnormals kept; Inf "
    "beyond "
    "the largest float32): the same bits from every kernel. |y - q s| <= u |q s| for a normal product, 2^-150 for "
    "a "
    "subnormal one. Inf and NaN scales follow IEEE products: Inf * 0 is NaN.";

// Of y, where the exact product is no larger than the largest float32.
constexpr double q8_0f_dequantize_error_bound(double exact_product) {
    const double magnitude = exact_product < 0.0 ? -exact_product : exact_product;
    return magnitude * unit_roundoff > half_denorm_min ? magnitude * unit_roundoff : half_denorm_min;
}

}  // namespace brick
