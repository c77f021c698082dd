// How far each result of a correct float32 gemv may be from the exact sum.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

#include "brick/rounding.hpp"

namespace brick {

inline constexpr std::string_view gemv_bound_derivation =
    "Exact: y_r = sum over c of w_rc x_c, plus bias_r. A term passes through one product (none of its own with "
    "FMA) and at most cols additions, in any order: cols - 1 join the products and one the bias. So |error| <= "
    "gamma_(cols+1) A, A = sum |w_rc x_c| + |bias_r| (Higham, 3.1 and 3.5). A product that underflows loses "
    "2^-150, which the additions carry on: (1 + gamma_(cols+1)) cols 2^-150 more; sums do not underflow, since all "
    "floats are multiples of the smallest. No partial sum exceeds A (1 + gamma_(cols+1)) with what underflow adds: "
    "where that is beyond the largest float32 one may overflow, in some order, and nothing is promised. Two rows "
    "of the same contents may be added in different orders and differ by two bounds.";

// sum_of_magnitudes = sum |w x| over the row, plus |bias|.
constexpr double gemv_error_bound(std::size_t cols, double sum_of_magnitudes) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double relative = gamma(cols + 1);
    const double underflow = (1.0 + relative) * static_cast<double>(cols) * half_denorm_min;
    const bool promised = relative < infinity && sum_of_magnitudes * (1.0 + relative) + underflow <=
                                                     static_cast<double>(std::numeric_limits<float>::max());
    return promised ? relative * sum_of_magnitudes + underflow : infinity;
}

}  // namespace brick
