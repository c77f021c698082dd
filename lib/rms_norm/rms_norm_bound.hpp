// How far each result of a correct float32 rms_norm may be from the exact one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

#include "brick/rounding.hpp"

namespace brick {

inline constexpr std::string_view rms_norm_bound_derivation =
    "Exact: y = x w / R, R = sqrt(M), M = S / n + eps, S = sum of x^2. All terms of M are positive, so relative "
    "errors do not grow: a square passes through one product, at most n - 1 additions, the division of the sum by "
    "n (two roundings where it is a product with a reciprocal) and the addition of eps: n + 3 roundings in any "
    "order, with or without FMA (Higham, 3.1). Each of n squares that underflows loses 2^-150, and so may the "
    "mean: e = 2^-149 in M. Then come 1/R and two products, or a division and a product, in any order: 1/R may be "
    "off by 7 u (a root and a quotient are off by 2 u; an estimate of 12 bits, as rsqrtps gives, and one Newton "
    "step by 6.4 u), each product by u. So y has a relative error of at most r = (1 + gamma_9) / sqrt((1 - "
    "gamma_(n+3)) (1 - e / M)) - 1. Where x w, w / R or x / R underflows on the way it loses 2^-150 before the "
    "third factor is multiplied in, and y itself may: an absolute (1 + r) 2^-150 (1 + max(|x|, |w|, 1/R)). Nothing "
    "is promised where S, M, x w, w / R or y may overflow, nor where M is subnormal, so that squares vanish (and "
    "instructions that estimate 1/sqrt take M for 0): then the bound is infinite. Where every partial sum of "
    "squares is exact, 3 stands for n + 3. A kernel that scales x first is covered where it does so by powers of "
    "two: that is exact. Zeros with eps = 0 have no defined result.";

// What the error bounds of a call's values have in common.
struct RmsNormBound {
    double root;      // R
    double relative;  // r; infinite where nothing is promised of any value

    double of(double x, double weight) const {
        const double largest = std::max(
            {std::fabs(x * weight), std::fabs(weight) / root, std::fabs(x * weight) / root, std::fabs(x) / root});
        if (!(largest * (1.0 + relative) <= static_cast<double>(std::numeric_limits<float>::max())))
            return std::numeric_limits<double>::infinity();
        const double lost = 1.0 + std::max({std::fabs(x), std::fabs(weight), 1.0 / root});
        return relative * std::fabs(x * weight) / root + (1.0 + relative) * half_denorm_min * lost;
    }
};

// A sum of squares that was rounded at most sum_roundings times: n in general, 0 where every partial sum is exact.
inline RmsNormBound rms_norm_error_bound(std::size_t n, double sum_of_squares, double eps,
                                         std::size_t sum_roundings) {
    constexpr double largest = static_cast<double>(std::numeric_limits<float>::max());
    constexpr double smallest_normal = static_cast<double>(std::numeric_limits<float>::min());
    const double mean_and_eps = sum_of_squares / static_cast<double>(n) + eps;
    const double under_root = gamma(sum_roundings + 3);
    const double lost = 2.0 * half_denorm_min / mean_and_eps;
    RmsNormBound bound{std::sqrt(mean_and_eps), std::numeric_limits<double>::infinity()};
    if (!(under_root < 1.0 && lost < 1.0)) return bound;
    const double least_share = (1.0 - under_root) * (1.0 - lost);
    const bool overflows = std::max(sum_of_squares, mean_and_eps) * (1.0 + under_root) > largest;
    if (!overflows && mean_and_eps * least_share >= smallest_normal)
        bound.relative = (1.0 + gamma(9)) / std::sqrt(least_share) - 1.0;
    return bound;
}

}  // namespace brick
