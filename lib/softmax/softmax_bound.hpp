// How far each result of a correct float32 softmax may be from exp(x_i - m) / sum over j of exp(x_j - m).
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>

#include "brick/rounding.hpp"

namespace brick {

inline constexpr std::string_view softmax_bound_derivation =
    "Let d_i = m - x_i, p_i the exact result, r_i the number of different values above x_i. A kernel that knows m "
    "forms "
    "fl(x_i - m), off by u d_i, and an exp of 2 ulp, which is 4u: a term is off by (d_i + 4) u of itself. One that "
    "lets the maximum grow as it goes multiplies what it has by exp(old - new) each time: at most r_i times for a "
    "term, and the old - new add up to d_i: a_i = (d_i + 5 r_i) u, which covers both; it is 0 for the largest, as "
    "exp(0) = 1 in every exp. So the sum of the terms is off by A = sum p_i a_i/(1-a_i), and adding them by "
    "gamma_(n-1) more (Higham, 4.2). The numerator passes through two exps at most, b_i = (d_i + 5 min(r_i, 2)) u, "
    "and through a division, or a reciprocal and a product: 2 roundings. |error| <= p_i ((1 + b_i/(1-b_i)) (1 + "
    "gamma_2) / (1 - D) - 1), D = (1 + A) (1 + gamma_(n-1)) - 1. Where p_i may be subnormal, two exps of 2 ulp, a "
    "product and a quotient lose 5 * 2^-149 on top. A masked entry (-Inf) is 0 exactly.";

// Of the relative errors of factors whose magnitudes add up to `total` (Higham, lemma 3.1).
constexpr double product_of_errors(double total) {
    return total < 1.0 ? total / (1.0 - total) : std::numeric_limits<double>::infinity();
}

// Of one term within the sum, relative to it. distance = m - x; values_above counts different values, as a double.
constexpr double softmax_term_error(double distance, double values_above) {
    return product_of_errors((distance + 5.0 * values_above) * unit_roundoff);
}

// Of one numerator, relative to it.
constexpr double softmax_numerator_error(double distance, double values_above) {
    return softmax_term_error(distance, std::min(values_above, 2.0));
}

// What a result of this magnitude may lose where it, or what it is made of, is subnormal.
constexpr double softmax_underflow(double y) {
    return y < 0x1p-125 ? 10.0 * half_denorm_min : 0.0;
}

// Of y, exactly p, of n entries that are not masked; terms_error = the sum of p times softmax_term_error over them.
constexpr double softmax_error_bound(double p, double numerator_error, double terms_error, std::size_t n) {
    const double sum_error = (1.0 + terms_error) * (1.0 + gamma(n == 0 ? 0 : n - 1)) - 1.0;
    if (p == 0.0) return softmax_underflow(p);
    if (!(sum_error < 1.0)) return std::numeric_limits<double>::infinity();
    const double relative = (1.0 + numerator_error) * (1.0 + gamma(2)) / (1.0 - sum_error) - 1.0;
    return relative * p + softmax_underflow(p);
}

}  // namespace brick
