// Products of weight matrices with one token's activations. Q8_0 weights take the activations in Q8_0 too: those
// are quantised once, however many matrices read them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "brick/executor.hpp"
#include "brick/matrix.hpp"
#include "bricks/layer_kernels.hpp"

namespace brick {

class Activations {
  public:
    // quantized: whether a Q8_0 matrix will read them. x must be finite, and quantizable if it is to be quantised.
    Activations(const LayerKernels& kernels, std::span<const float> x, bool quantized);

    std::span<const float> values() const { return values_; }
    std::span<const brickproof_q8_0> blocks() const { return blocks_; }

  private:
    std::span<const float> values_;
    std::vector<brickproof_q8_0> blocks_;
};

// Rows [first, last) of y[rows] = w x + bias; bias is empty or has a value for each row.
void project_rows(const LayerKernels& kernels, const Matrix& w, const Activations& x, std::span<const float> bias,
                  std::span<float> y, std::size_t first, std::size_t last);

// All of them.
void project(const LayerKernels& kernels, const Matrix& w, const Activations& x, std::span<const float> bias,
             std::span<float> y, const Executor& executor);

// What a product reads of w for each row.
std::size_t row_bytes(const Matrix& w);

// Error scale_overflow (with the index) for the first value of x whose block has no half scale, if `quantized`.
Result<void> check_quantizable(std::string_view function, std::span<const float> x, bool quantized);

// How far apart two correct results of w x may be, as a share of the largest result: twice the bound of the worst
// row. x is a sample, w's own. The bound is that of dot products: gamma_(cols+1) * sum |w x| (q8_0_dot_bound.hpp,
// gemv_bound.hpp).
double projection_tolerance(const Matrix& w, std::span<const float> x, std::span<const float> bias);

// The largest sum over a row of |w|: how much an error of each of its inputs can grow.
double largest_row_sum(const Matrix& w);

}  // namespace brick
