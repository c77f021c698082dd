#include <arm_neon.h>

#include "gemv/gemv_kernels.hpp"

namespace brick {
namespace {

// As gemv_avx2.cpp, with four vectors of four sums where that has two of eight: the same sums of the same columns,
// folded in the same order, and the same groups of rows.
constexpr std::size_t group = 4;
constexpr std::size_t step = 16;

template <std::size_t Rows>
struct Sums {
    // Of columns 0..3, 4..7, 8..11 and 12..15 of each step. (One array of arrays, and a loop over the four,
    // become five instructions more a step.)
    float32x4_t first[Rows];
    float32x4_t second[Rows];
    float32x4_t third[Rows];
    float32x4_t fourth[Rows];

    Sums() {
        for (std::size_t row = 0; row < Rows; ++row)
            first[row] = second[row] = third[row] = fourth[row] = vdupq_n_f32(0.0f);
    }

    static void add_vector(float32x4_t (&sums)[Rows], const float* w, std::size_t stride, const float* x) {
        const float32x4_t values = vld1q_f32(x);
        for (std::size_t row = 0; row < Rows; ++row)
            sums[row] = vfmaq_f32(sums[row], vld1q_f32(w + row * stride), values);
    }

    // Of a row at w and the others `stride` floats after one another.
    void add_step(const float* w, std::size_t stride, const float* x) {
        add_vector(first, w, stride, x);
        add_vector(second, w + 4, stride, x + 4);
        add_vector(third, w + 8, stride, x + 8);
        add_vector(fourth, w + 12, stride, x + 12);
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
        const float32x4_t low = vaddq_f32(first[row], third[row]);
        const float32x4_t high = vaddq_f32(second[row], fourth[row]);
        const float32x4_t quarters = vaddq_f32(low, high);
        const float32x2_t halves = vadd_f32(vget_low_f32(quarters), vget_high_f32(quarters));
        return vget_lane_f32(halves, 0) + vget_lane_f32(halves, 1);
    }
};

// Results are `apart` floats from each other in bias and y, rows are `apart` rows from each other in w.
template <std::size_t Rows>
void dot_rows(const float* w, const float* x, const float* bias, float* y, std::size_t apart, std::size_t cols) {
    const std::size_t stride = apart * cols;
    Sums<Rows> sums;
    std::size_t col = 0;
    for (; col + step <= cols; col += step) sums.add_step(w + col, stride, x + col);
    if (col < cols) sums.add_rest(w + col, stride, x + col, cols - col);
    for (std::size_t row = 0; row < Rows; ++row)
        y[row * apart] = bias == nullptr ? sums.of_row(row) : sums.of_row(row) + bias[row * apart];
}

// Rows a quarter of the matrix apart, then what four does not divide: see gemv_avx2.cpp.
void dot_quarters(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    const auto dot_group = [=](std::size_t first, std::size_t apart) {
        dot_rows<group>(w + first * cols, x, bias == nullptr ? nullptr : bias + first, y + first, apart, cols);
    };
    const std::size_t quarter = rows / group;
    for (std::size_t row = 0; row < quarter; ++row) dot_group(row, quarter);
    if (rows % group != 0) dot_group(rows - group, 1);
}

}  // namespace

void gemv_neon(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    if (rows >= group) return dot_quarters(w, x, bias, y, rows, cols);
    for (std::size_t row = 0; row < rows; ++row)
        dot_rows<1>(w + row * cols, x, bias == nullptr ? nullptr : bias + row, y + row, 1, cols);
}

}  // namespace brick
