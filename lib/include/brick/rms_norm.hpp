// Root mean square normalisation (Zhang and Sennrich, 2019), as transformer layers use it.
#pragma once

#include <span>

#include "brick/result.hpp"

namespace brick {

// y_i = x_i * weight_i / sqrt(mean of x^2 + eps), for one row of n values. The squares are added in float64, so no
// finite x overflows or vanishes on the way. Every CPU gives the same bits.
//
// Errors, found before anything is written: zero_dimension, length_mismatch, not_finite (x or weight, with the
// index), bad_parameter (eps is negative, NaN or Inf; or eps is 0 and so is every x, which leaves nothing to divide
// by).
Result<void> rms_norm(std::span<const float> x, std::span<const float> weight, std::span<float> y, float eps);

}  // namespace brick
