// A matrix of Q8_0 blocks times a vector of Q8_0 blocks.
#pragma once

#include <cstddef>
#include <span>

#include "brick/executor.hpp"
#include "brick/result.hpp"
#include "brickproof/kernel_abi.h"

namespace brick::q8_0 {

// y[rows] = w[rows][cols / 32] * x[cols / 32], w row-major; each y is a q8_0::dot. Right for all quants, -128
// included. A row's result depends on that row and x alone, to the bit.
//
// Errors, found before anything is written: zero_dimension, not_a_block_multiple, length_mismatch (also where
// rows * cols is more than a size_t holds), bad_scale (NaN or Inf, with operand and block). Looking at every scale
// of w costs about as much memory traffic as the product itself; who checks the weights once, when they are loaded,
// can run the kernel from brick::kernel_table().
Result<void> gemv(std::span<const brickproof_q8_0> w, std::span<const brickproof_q8_0> x, std::span<float> y,
                  std::size_t rows, std::size_t cols, const Executor& executor = {});

}  // namespace brick::q8_0
