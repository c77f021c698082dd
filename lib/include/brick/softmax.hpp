// Scores to probabilities.
#pragma once

#include <span>

#include "brick/result.hpp"

namespace brick {

// y[n] = exp(x_i - m) / sum over j of exp(x_j - m), m the largest x: non-negative, with a sum of 1 up to rounding.
// No finite x overflows. An x of -Inf is masked: its y is exactly 0. Where every x is masked, so is every y: zeros.
//
// Errors, found before anything is written: zero_dimension, length_mismatch, not_finite (NaN or +Inf).
Result<void> softmax(std::span<const float> x, std::span<float> y);

}  // namespace brick
