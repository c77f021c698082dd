// Q8_0 as GGUF stores it: blocks of 32 int8 quants beside one half scale, 34 bytes. Value i of a block is qs[i] *
// d.
#pragma once

#include <span>

#include "brick/result.hpp"
#include "brickproof/kernel_abi.h"

namespace brick::q8_0 {

// Quantises x[n] to blocks[n / 32]: d = amax / 127 rounded to a half, qs = round-half-away(x * (1 / (amax / 127))).
// Error per value: at most 0.394 % of the block's amax by the quants, and 0.049 % more by the half scale where that
// is normal.
//
// Errors, found before anything is written: zero_dimension, not_a_block_multiple, length_mismatch, not_finite (with
// the index), scale_overflow (a block whose amax / 127 rounds to a half beyond 65504).
Result<void> quantize(std::span<const float> x, std::span<brickproof_q8_0> blocks);

// Dequantises blocks[n / 32] to y[n]; exact: a half times an int8 has at most 19 significant bits.
//
// Errors, found before anything is written: zero_dimension, length_mismatch, bad_scale (NaN or Inf; zero and
// negative scales do occur in files and have a meaning).
Result<void> dequantize(std::span<const brickproof_q8_0> blocks, std::span<float> y);

}  // namespace brick::q8_0
