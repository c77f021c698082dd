// How far a correct float32 q8_0.dot may be from the exact sum.
#pragma once

#include <cstddef>
#include <string_view>

#include "brick/rounding.hpp"

namespace brick {

inline constexpr std::string_view q8_0_dot_bound_derivation =
    "Exact: sum over blocks of d_a d_b (sum of q_a q_b). A product of two halves has 22 bits and is exact in "
    "float32, "
    "and so is every sum of integer products within a block (below 2^19 < 2^24). What rounds is the product with "
    "the "
    "scales and the sum. A kernel may form either from whole blocks or from single elements, in any order, with or "
    "without FMA: every one of the n terms then passes through at most n - 1 additions, one product and, where the "
    "scales are multiplied in one after the other, one more. So |error| <= gamma_(n+1) * sum |d_a d_b q_a q_b| "
    "(Higham, 3.1), gamma_k = k u / (1 - k u), u = 2^-24. No term underflows (|d_a d_b| >= 2^-48) and no sum "
    "overflows. Kernels that sum whole blocks in integers stay below gamma_(n/32+8), which is reported as a note.";

// n values; sum_of_magnitudes = sum |d_a d_b q_a q_b|.
constexpr double q8_0_dot_error_bound(std::size_t n, double sum_of_magnitudes) {
    return gamma(n + 1) * sum_of_magnitudes;
}

// For kernels with integer block sums: blocks additions into a lane, one product each, and at most 6 levels that
// add the lanes up (64 lanes).
constexpr double q8_0_dot_integer_block_bound(std::size_t n, double sum_of_magnitudes) {
    return gamma(n / 32 + 8) * sum_of_magnitudes;
}

}  // namespace brick
