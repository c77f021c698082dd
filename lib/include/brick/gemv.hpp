// A float32 matrix times a vector.
#pragma once

#include <cstddef>
#include <span>

#include "brick/executor.hpp"
#include "brick/result.hpp"

namespace brick {

// y[rows] = w[rows][cols] * x[cols] + bias[rows], w row-major; an empty bias is none. A row's result depends on
// that row, x and its bias alone, to the bit, wherever the row is: a matrix may be cut into parts for threads.
//
// Errors, found before anything is written: zero_dimension, length_mismatch (also where rows * cols is more than a
// size_t holds), not_finite (x, bias or w, with the index). Looking at every weight costs about as much memory
// traffic as the product itself; who checks the weights once, when they are loaded, can run the kernel from
// brick::kernel_table().
Result<void> gemv(std::span<const float> w, std::span<const float> x, std::span<const float> bias,
                  std::span<float> y, std::size_t rows, std::size_t cols, const Executor& executor = {});

}  // namespace brick
