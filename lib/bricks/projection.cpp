#include "bricks/projection.hpp"

#include <algorithm>
#include <cmath>

#include "brick/rounding.hpp"
#include "support/half.hpp"
#include "threads/ranges.hpp"

namespace brick {
namespace {

double value_at(const Matrix& w, std::size_t row, std::size_t col) {
    const std::size_t index = row * w.cols() + col;
    if (!w.is_quantized()) return static_cast<double>(w.values()[index]);
    const brickproof_q8_0& block = w.blocks()[index / BRICKPROOF_Q8_0_BLOCK];
    return static_cast<double>(float_from_half(block.d)) * block.qs[index % BRICKPROOF_Q8_0_BLOCK];
}

}  // namespace

Activations::Activations(const LayerKernels& kernels, std::span<const float> x, bool quantized) : values_(x) {
    if (!quantized) return;
    blocks_.resize(x.size() / BRICKPROOF_Q8_0_BLOCK);
    kernels.q8_0_quantize(x.data(), blocks_.data(), x.size());
}

void project_rows(const LayerKernels& kernels, const Matrix& w, const Activations& x, std::span<const float> bias,
                  std::span<float> y, std::size_t first, std::size_t last) {
    const std::size_t begin = first * w.cols();
    if (!w.is_quantized()) {
        kernels.gemv(w.values().data() + begin, x.values().data(), bias.empty() ? nullptr : bias.data() + first,
                     y.data() + first, last - first, w.cols());
        return;
    }
    kernels.q8_0_gemv(w.blocks().data() + begin / BRICKPROOF_Q8_0_BLOCK, x.blocks().data(), y.data() + first,
                      last - first, w.cols());
    if (bias.empty()) return;
    for (std::size_t row = first; row < last; ++row) y[row] += bias[row];
}

void project(const LayerKernels& kernels, const Matrix& w, const Activations& x, std::span<const float> bias,
             std::span<float> y, const Executor& executor) {
    for_ranges(executor, w.rows(), row_bytes(w),
               [&](std::size_t first, std::size_t last) { project_rows(kernels, w, x, bias, y, first, last); });
}

std::size_t row_bytes(const Matrix& w) {
    return w.is_quantized() ? w.cols() / BRICKPROOF_Q8_0_BLOCK * sizeof(brickproof_q8_0) : w.cols() * sizeof(float);
}

Result<void> check_quantizable(std::string_view function, std::span<const float> x, bool quantized) {
    if (!quantized) return {};
    // From 65520 on a scale rounds to an infinite half.
    const auto large = std::ranges::find_if(x, [](float value) { return std::fabs(value) / 127.0f >= 65520.0f; });
    if (large == x.end()) return {};
    return make_error(ErrorCode::scale_overflow, function, ": x[", large - x.begin(), "] = ", *large,
                      " is too large for a Q8_0 block, whose scale is a half");
}

double projection_tolerance(const Matrix& w, std::span<const float> x, std::span<const float> bias) {
    double largest_sum = 0.0;
    double largest_result = 0.0;
    for (std::size_t row = 0; row < w.rows(); ++row) {
        double result = bias.empty() ? 0.0 : static_cast<double>(bias[row]);
        double magnitudes = std::fabs(result);
        for (std::size_t col = 0; col < w.cols(); ++col) {
            const double product = value_at(w, row, col) * static_cast<double>(x[col]);
            result += product;
            magnitudes += std::fabs(product);
        }
        largest_sum = std::max(largest_sum, magnitudes);
        largest_result = std::max(largest_result, std::fabs(result));
    }
    return largest_result > 0.0 ? 2.0 * gamma(w.cols() + 2) * largest_sum / largest_result : 0.0;
}

double largest_row_sum(const Matrix& w) {
    double largest = 0.0;
    for (std::size_t row = 0; row < w.rows(); ++row) {
        double sum = 0.0;
        for (std::size_t col = 0; col < w.cols(); ++col) sum += std::fabs(value_at(w, row, col));
        largest = std::max(largest, sum);
    }
    return largest;
}

}  // namespace brick
