// The dot product of two vectors held as Q8_0 blocks.
#pragma once

#include <span>

#include "brick/result.hpp"
#include "brickproof/kernel_abi.h"

namespace brick::q8_0 {

// sum over blocks i of a[i].d * b[i].d * (sum over j of a[i].qs[j] * b[i].qs[j]); right for all quants, -128
// included. The inner sums are exact integers; the outer one is in float32 (error: q8_0_dot_bound.hpp).
//
// Errors: zero_dimension, length_mismatch, bad_scale (NaN or Inf, with operand and block).
Result<float> dot(std::span<const brickproof_q8_0> a, std::span<const brickproof_q8_0> b);

}  // namespace brick::q8_0
