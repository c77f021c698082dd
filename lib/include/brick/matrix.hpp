// A weight matrix, in float32 or Q8_0.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "brick/gguf.hpp"
#include "brick/result.hpp"
#include "brickproof/kernel_abi.h"

namespace brick {

// [rows][cols], row-major: y[rows] = W x[cols]. A value whose copies share the weights.
class Matrix {
  public:
    // Errors: zero_dimension, length_mismatch, not_finite (with the index); of Q8_0 also not_a_block_multiple
    // (cols), and bad_scale (with the block).
    static Result<Matrix> from_f32(std::vector<float> values, std::size_t rows, std::size_t cols);
    static Result<Matrix> from_q8_0(std::vector<brickproof_q8_0> blocks, std::size_t rows, std::size_t cols);

    // A tensor of a mapped file: F32 and Q8_0 are used where they are, every other format is widened to float32 in
    // memory of its own. Errors: not_in_file, bad_type (integers), and those above.
    static Result<Matrix> from_gguf(const gguf::File& file, std::string_view name);

    std::size_t rows() const { return rows_; }
    std::size_t cols() const { return cols_; }
    bool is_quantized() const { return !blocks_.empty(); }
    std::span<const float> values() const { return values_; }            // empty for Q8_0
    std::span<const brickproof_q8_0> blocks() const { return blocks_; }  // empty for float32

  private:
    Matrix(std::size_t rows, std::size_t cols) : rows_(rows), cols_(cols) {}
    static Result<Matrix> view(std::span<const float> values, std::size_t rows, std::size_t cols,
                               std::shared_ptr<const void> owner);
    static Result<Matrix> view(std::span<const brickproof_q8_0> blocks, std::size_t rows, std::size_t cols,
                               std::shared_ptr<const void> owner);

    std::size_t rows_;
    std::size_t cols_;
    std::span<const float> values_;
    std::span<const brickproof_q8_0> blocks_;
    std::shared_ptr<const void> owner_;
};

}  // namespace brick
