// What the kernels of rms_norm share: the order in which squares are added, and the factor.
//
// Squares are added in float64, where the square of a float32 is exact and can neither overflow nor underflow: only
// the additions round, at 2^-53, so that the factor is nearly the correctly rounded one for every finite x. It
// costs little, since vectors add as fast as memory delivers.
#pragma once

#include <cmath>
#include <cstddef>

#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

// Square i goes to partial sum i % lanes: as many as the vector kernels keep in registers. With one order of
// additions for all, and products that do not round, all kernels have the same bits, with FMA or without.
static constexpr std::size_t rms_norm_lanes = 32;

static inline void add_squares(double (&sums)[rms_norm_lanes], const float* x, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        const double value = static_cast<double>(x[i]);
        sums[i % rms_norm_lanes] += value * value;
    }
}

// The upper half of the partial sums is added to the lower half until one is left.
static inline double folded(double (&sums)[rms_norm_lanes]) {
    for (std::size_t width = rms_norm_lanes / 2; width > 0; width /= 2)
        for (std::size_t lane = 0; lane < width; ++lane) sums[lane] += sums[lane + width];
    return sums[0];
}

// 1 / sqrt(mean of x^2 + eps), rounded to float32 last, with one division: everything waits for this number.
static inline float rms_norm_factor(double sum_of_squares, std::size_t n, float eps) {
    const auto count = static_cast<double>(n);
    return static_cast<float>(std::sqrt(count / (sum_of_squares + count * static_cast<double>(eps))));
}

// x * factor comes first: it is at most sqrt(n) in magnitude, so that nothing overflows on the way to a result that
// does not. weight * factor and x * weight may.
static inline void scale_values(const float* x, const float* weight, float factor, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = x[i] * factor * weight[i];
}

}  // namespace BRICK_TARGET
}  // namespace brick
