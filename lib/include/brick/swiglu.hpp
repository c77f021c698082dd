// The gated activation of SwiGLU feed-forward networks.
#pragma once

#include <span>

#include "brick/result.hpp"

namespace brick {

// y[n] = silu(gate[n]) * up[n], silu(g) = g / (1 + exp(-g)), element by element; the same bits at every position
// and in every variant. Where the product is beyond the largest float, y is Inf. Below gate = -88.72, where exp(-g)
// overflows, y is -0 * up: silu is less than 2.6e-37 there.
//
// Errors, found before anything is written: zero_dimension, length_mismatch, not_finite.
Result<void> swiglu(std::span<const float> gate, std::span<const float> up, std::span<float> y);

}  // namespace brick
