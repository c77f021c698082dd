#include "gemv/gemv_kernels.hpp"

namespace brick {

// Products of float32 are exact in float64, and their sum is nearly so: y is the exact result rounded once, save
// where it is next to a tie or the terms cancel almost completely.
void gemv_scalar(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    for (std::size_t row = 0; row < rows; ++row) {
        double sum = bias == nullptr ? 0.0 : static_cast<double>(bias[row]);
        for (std::size_t col = 0; col < cols; ++col)
            sum += static_cast<double>(w[row * cols + col]) * static_cast<double>(x[col]);
        y[row] = static_cast<float>(sum);
    }
}

}  // namespace brick
