// Rotary position embedding (RoPE) of one token's heads.
#pragma once

#include <cstddef>
#include <span>

#include "brick/result.hpp"

namespace brick {

// Which values of a head make pair i.
enum class RopeStyle : int {
    norm = 0,  // (2i, 2i + 1): LLaMA's own weights
    neox = 2,  // (i, i + head_dim / 2): GPT-NeoX, and most models converted by Hugging Face
};

// Rotates pair i of every head of x[heads][head_dim], in place, by the angle position * theta^(-2i/head_dim):
// (a, b) -> (a cos - b sin, a sin + b cos). Angles are computed in double: the result is as accurate at position
// 1,048,576 as at position 1.
//
// Errors, found before anything is written: zero_dimension, bad_parameter (head_dim is odd; theta is not positive
// or not finite; the style is neither of the two), length_mismatch, not_finite (with the index).
Result<void> rope(std::span<float> x, std::size_t heads, std::size_t head_dim, std::size_t position, float theta,
                  RopeStyle style);

}  // namespace brick
