#include <array>

#include "gemv_pieces.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "gemv";
constexpr auto kernel = &erased<brickproof_gemv_fn>;

using Size = std::size_t;

template <class Sum>
Kernel with_sum(Sum) {
    return kernel(&gemv_of<Sum>);
}

template <Size Lanes>
float in_lanes_fused(const GemvRow& row) {
    std::array<float, Lanes> lanes{};
    for (Size i = 0; i < row.cols; ++i) lanes[i % Lanes] = std::fma(row.w[i], row.x[i], lanes[i % Lanes]);
    float sum = 0;
    for (const float lane : lanes) sum += lane;
    return sum;
}

float halves(const float* a, const float* b, Size n) {
    if (n < 2) return n == 0 ? 0 : a[0] * b[0];
    return halves(a, b, n / 2) + halves(a + n / 2, b + n / 2, n - n / 2);
}

void bias_first(const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
    for (Size r = 0; r < rows; ++r) {
        float sum = bias == nullptr ? 0 : bias[r];
        for (Size c = 0; c < cols; ++c) sum += w[r * cols + c] * x[c];
        y[r] = sum;
    }
}

void column_by_column(const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
    for (Size r = 0; r < rows; ++r) y[r] = bias == nullptr ? 0 : bias[r];
    for (Size c = 0; c < cols; ++c) {
        for (Size r = 0; r < rows; ++r) y[r] = std::fma(w[r * cols + c], x[c], y[r]);
    }
}

// The columns of the tail first, as kernels do that peel off the head up to an aligned address.
void tail_first(const float* w, const float* x, const float* bias, float* y, Size rows, Size cols) {
    const Size tail = cols % 8;
    for (Size r = rows; r-- > 0;) {
        const float* row = w + r * cols;
        const float sum = float_dot(row + cols - tail, x + cols - tail, tail) + float_dot(row, x, cols - tail);
        y[r] = bias == nullptr ? sum : bias[r] + sum;
    }
}

// Another order for the rows after the last four.
void another_kernel_for_the_last_rows(const float* w, const float* x, const float* bias, float* y, Size rows,
                                      Size cols) {
    for (Size r = 0; r < rows; ++r) {
        const GemvRow row{w + r * cols, x, r, rows, cols};
        const float sum = r < rows / 4 * 4 ? in_lanes_fused<8>(row) : row.dot();
        y[r] = bias == nullptr ? sum : sum + bias[r];
    }
}

const CorrectKernel table[] = {
    {op, "row_by_row", "order of the sum", kernel(&gemv_of<FloatDot>)},
    {op, "eight_lanes_fused", "order of the sum, FMA",
     with_sum([](const GemvRow& row) { return in_lanes_fused<8>(row); })},
    {op, "sixty_four_lanes_fused", "order of the sum, FMA",
     with_sum([](const GemvRow& row) { return in_lanes_fused<64>(row); })},
    {op, "halves", "order of the sum", with_sum([](const GemvRow& row) { return halves(row.w, row.x, row.cols); })},
    {op, "in_double", "more precise", with_sum([](const GemvRow& row) {
         double sum = 0;
         for (Size c = row.cols; c-- > 0;) sum += static_cast<double>(row.w[c]) * static_cast<double>(row.x[c]);
         return static_cast<float>(sum);
     })},
    {op, "compensated", "more precise", with_sum([](const GemvRow& row) {
         float sum = 0;
         float lost = 0;
         for (Size c = 0; c < row.cols; ++c) {
             const float product = row.w[c] * row.x[c];
             const float next = sum + product;
             const float carried = next - sum;
             lost += (sum - (next - carried)) + (product - carried);
             sum = next;
         }
         return std::isfinite(lost) ? sum + lost : sum;
     })},
    {op, "bias_first", "order of the sum", kernel(bias_first)},
    {op, "column_by_column", "order of the sum, FMA", kernel(column_by_column)},
    {op, "tail_first", "order of the sum; last row first", kernel(tail_first)},
    {op, "another_kernel_for_the_last_rows", "order of the sum depends on the row",
     kernel(another_kernel_for_the_last_rows)},
};

}  // namespace

std::span<const CorrectKernel> gemv_correct() {
    return table;
}

}  // namespace brickproof::faults
