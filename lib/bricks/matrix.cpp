#include "brick/matrix.hpp"

#include <limits>

#include "support/checks.hpp"
#include "support/scale_checks.hpp"

namespace brick {
namespace {

constexpr std::string_view function = "Matrix";

Result<void> check_shape(std::size_t length, std::size_t rows, std::size_t cols, std::size_t values_each) {
    if (rows == 0 || cols == 0)
        return make_error(ErrorCode::zero_dimension, function, ": rows is ", rows, " and cols is ", cols,
                          "; both must be at least 1");
    if (cols % values_each != 0)
        return make_error(ErrorCode::not_a_block_multiple, function, ": cols is ", cols,
                          ", which is no multiple of the block size ", values_each);
    if (rows > std::numeric_limits<std::size_t>::max() / cols || rows * cols / values_each != length)
        return make_error(ErrorCode::length_mismatch, function, ": ", rows, " x ", cols, " values need ", rows,
                          " * ", cols / values_each, values_each == 1 ? " floats" : " blocks", ", but there are ",
                          length);
    return {};
}

}  // namespace

Result<Matrix> Matrix::view(std::span<const float> values, std::size_t rows, std::size_t cols,
                            std::shared_ptr<const void> owner) {
    BRICK_TRY(check_shape(values.size(), rows, cols, 1));
    BRICK_TRY(check_finite(function, "values", values));
    Matrix matrix(rows, cols);
    matrix.values_ = values;
    matrix.owner_ = std::move(owner);
    return matrix;
}

Result<Matrix> Matrix::view(std::span<const brickproof_q8_0> blocks, std::size_t rows, std::size_t cols,
                            std::shared_ptr<const void> owner) {
    BRICK_TRY(check_shape(blocks.size(), rows, cols, BRICKPROOF_Q8_0_BLOCK));
    BRICK_TRY(check_scales(function, "w", blocks));
    Matrix matrix(rows, cols);
    matrix.blocks_ = blocks;
    matrix.owner_ = std::move(owner);
    return matrix;
}

Result<Matrix> Matrix::from_f32(std::vector<float> values, std::size_t rows, std::size_t cols) {
    const auto owner = std::make_shared<const std::vector<float>>(std::move(values));
    return view(std::span<const float>(*owner), rows, cols, owner);
}

Result<Matrix> Matrix::from_q8_0(std::vector<brickproof_q8_0> blocks, std::size_t rows, std::size_t cols) {
    const auto owner = std::make_shared<const std::vector<brickproof_q8_0>>(std::move(blocks));
    return view(std::span<const brickproof_q8_0>(*owner), rows, cols, owner);
}

Result<Matrix> Matrix::from_gguf(const gguf::File& file, std::string_view name) {
    const auto tensor = file.tensor(name);
    BRICK_TRY(tensor);
    const auto owner = std::make_shared<const gguf::File>(file);
    if (tensor->type == gguf::TensorType::f32) return view(*file.f32(name), tensor->rows(), tensor->cols(), owner);
    if (tensor->type == gguf::TensorType::q8_0)
        return view(*file.q8_0(name), tensor->rows(), tensor->cols(), owner);
    auto values = file.floats(name);
    BRICK_TRY(values);
    return from_f32(*std::move(values), tensor->rows(), tensor->cols());
}

}  // namespace brick
