// rms_norm as the formula is written, in float64.
#pragma once

#include <span>

#include "engine/array.hpp"

namespace brickproof {

struct ExactRmsNorm {
    Array<double> y;
    double sum_of_squares = 0.0;
};

// y = x weight / sqrt(mean(x^2) + eps). Squares of float32 are exact in float64, their sum is 2^-29 of float32's
// rounding off; the sum is exact where all partial sums are.
ExactRmsNorm exact_rms_norm(std::span<const float> x, std::span<const float> weight, float eps);

}  // namespace brickproof
