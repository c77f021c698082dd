// How far a correct q8_0.dequantize may be from the exact product: not at all.
#pragma once

#include <string_view>

namespace brick {

inline constexpr std::string_view q8_0_dequantize_bound_derivation =
    "Exact: y = q d. A half has 11 significant bits and a code 8: the product has at most 19 of float32's 24. Its "
    "smallest magnitude is 2^-24 and its largest 128 * 65504, so that it neither underflows nor overflows: y is "
    "the "
    "exact product, whatever the order of conversions. Inf and NaN scales follow IEEE products: Inf * 0 is NaN.";

// Of y, for any code and any finite scale.
constexpr double q8_0_dequantize_error_bound() {
    return 0.0;
}

}  // namespace brick
