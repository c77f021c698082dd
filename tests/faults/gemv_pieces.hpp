#pragma once

// A plain gemv with hooks: a planted fault, or a correct kernel, replaces one piece and keeps the rest.

#include <cstddef>

namespace brickproof::faults {

inline float float_dot(const float* a, const float* b, std::size_t n) {
    float sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
    return sum;
}

/// One row on its way to its result.
struct GemvRow {
    const float* w;  ///< of this row
    const float* x;
    std::size_t row;
    std::size_t rows;
    std::size_t cols;

    float dot() const { return float_dot(w, x, cols); }
};

/// `Sum` makes a row's sum; the bias is added afterwards.
template <class Sum>
void gemv_of(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    for (std::size_t r = 0; r < rows; ++r) {
        const float sum = Sum{}(GemvRow{w + r * cols, x, r, rows, cols});
        y[r] = bias == nullptr ? sum : sum + bias[r];
    }
}

struct FloatDot {
    float operator()(const GemvRow& row) const { return row.dot(); }
};

}  // namespace brickproof::faults
