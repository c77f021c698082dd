// gemv by what BLAS has: y = w x + beta y.
#pragma once

#include <algorithm>
#include <cstddef>

// Calls product(beta). With a bias, y starts as that; with beta = 0, BLAS does not read y.
template <class Product>
void gemv_by(const Product& product, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    if (bias != nullptr) std::copy_n(bias, rows, y);
    if (cols > 0) return product(bias == nullptr ? 0.0f : 1.0f);
    if (bias == nullptr) std::fill_n(y, rows, 0.0f);  // BLAS leaves y alone where there are no columns
}
