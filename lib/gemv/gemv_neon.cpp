#include <arm_neon.h>

#include "gemv/gemv_kernels.hpp"

namespace brick {
namespace {

// As gemv_avx2.cpp, with four vectors of four sums where that has two of eight: the same sums of the same columns,
// folded in the same order.
constexpr std::size_t group = 4;
constexpr std::size_t step = 16;
constexpr std::size_t vectors = step / 4;

template <std::size_t Rows>
struct Sums {
    float32x4_t of[Rows][vectors];

    Sums() {
        for (auto& row : of)
            for (float32x4_t& sums : row) sums = vdupq_n_f32(0.0f);
    }

    void add_step(const float* w, std::size_t stride, const float* x) {
        for (std::size_t k = 0; k < vectors; ++k) {
            const float32x4_t values = vld1q_f32(x + 4 * k);
            for (std::size_t row = 0; row < Rows; ++row)
                of[row][k] = vfmaq_f32(of[row][k], vld1q_f32(w + row * stride + 4 * k), values);
        }
    }

    // The last columns, fewer than a step, followed by zeros.
    void add_rest(const float* w, std::size_t stride, const float* x, std::size_t count) {
        float padded_w[Rows * step] = {};
        float padded_x[step] = {};
        for (std::size_t i = 0; i < count; ++i) padded_x[i] = x[i];
        for (std::size_t row = 0; row < Rows; ++row)
            for (std::size_t i = 0; i < count; ++i) padded_w[row * step + i] = w[row * stride + i];
        add_step(padded_w, step, padded_x);
    }

    float of_row(std::size_t row) const {
        const float32x4_t low = vaddq_f32(of[row][0], of[row][2]);
        const float32x4_t high = vaddq_f32(of[row][1], of[row][3]);
        const float32x4_t quarters = vaddq_f32(low, high);
        const float32x2_t halves = vadd_f32(vget_low_f32(quarters), vget_high_f32(quarters));
        return vget_lane_f32(halves, 0) + vget_lane_f32(halves, 1);
    }
};

template <std::size_t Rows>
void dot_rows(const float* w, const float* x, const float* bias, float* y, std::size_t cols) {
    Sums<Rows> sums;
    std::size_t col = 0;
    for (; col + step <= cols; col += step) sums.add_step(w + col, cols, x + col);
    if (col < cols) sums.add_rest(w + col, cols, x + col, cols - col);
    for (std::size_t row = 0; row < Rows; ++row)
        y[row] = bias == nullptr ? sums.of_row(row) : sums.of_row(row) + bias[row];
}

// A last group that is not full begins earlier: it computes some rows again, to the same bits.
template <std::size_t Rows>
void dot_all_rows(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    for (std::size_t row = 0; row < rows; row += Rows) {
        const std::size_t first = row + Rows <= rows ? row : rows - Rows;
        dot_rows<Rows>(w + first * cols, x, bias == nullptr ? nullptr : bias + first, y + first, cols);
    }
}

}  // namespace

void gemv_neon(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    if (rows >= group) {
        dot_all_rows<group>(w, x, bias, y, rows, cols);
    } else {
        dot_all_rows<1>(w, x, bias, y, rows, cols);
    }
}

}  // namespace brick
