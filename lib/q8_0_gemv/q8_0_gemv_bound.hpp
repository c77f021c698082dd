// How far each result of a correct float32 q8_0.gemv may be from the exact sum.
#pragma once

#include <cstddef>
#include <string_view>

#include "q8_0_dot/q8_0_dot_bound.hpp"

namespace brick {

inline constexpr std::string_view q8_0_gemv_bound_derivation =
    "Each y_r is the q8_0.dot of row r with x, and has its bound: |error| <= gamma_(cols+1) * sum |d_w d_x q_w "
    "q_x| "
    "over the row, in any order, with or without FMA (Higham, 3.1 and 3.5). A kernel may order the sums of "
    "different "
    "rows differently, so two rows with the same contents may differ by two bounds.";

// cols values per row; sum_of_magnitudes = sum |d_w d_x q_w q_x| over the row.
constexpr double q8_0_gemv_error_bound(std::size_t cols, double sum_of_magnitudes) {
    return q8_0_dot_error_bound(cols, sum_of_magnitudes);
}

}  // namespace brick
