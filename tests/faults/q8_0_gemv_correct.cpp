#include <array>

#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "q8_0.gemv";
constexpr auto kernel = &erased<brickproof_q8_0_gemv_fn>;
constexpr auto dot = &dot_q8_0<>;

void column_by_column(const Block* w, const Block* x, float* y, std::size_t rows, std::size_t cols) {
    const std::size_t blocks = cols / kBlock;
    std::fill_n(y, rows, 0.0f);
    for (std::size_t b = 0; b < blocks; ++b) {
        for (std::size_t r = 0; r < rows; ++r) y[r] += dot(w + r * blocks + b, x + b, kBlock);
    }
}

void four_rows_at_a_time(const Block* w, const Block* x, float* y, std::size_t rows, std::size_t cols) {
    const std::size_t blocks = cols / kBlock;
    for (std::size_t begin = 0; begin < rows; begin += 4) {
        const std::size_t size = std::min<std::size_t>(4, rows - begin);
        std::array<float, 4> sums{};
        for (std::size_t b = 0; b < blocks; ++b) {
            for (std::size_t r = 0; r < size; ++r) sums[r] += dot(w + (begin + r) * blocks + b, x + b, kBlock);
        }
        std::copy_n(sums.begin(), size, y + begin);
    }
}

void two_half_rows_added(const Block* w, const Block* x, float* y, std::size_t rows, std::size_t cols) {
    const std::size_t blocks = cols / kBlock;
    const std::size_t half = blocks / 2;
    for (std::size_t r = 0; r < rows; ++r) {
        const Block* row = w + r * blocks;
        y[r] = dot(row, x, half * kBlock) + dot(row + half, x + half, cols - half * kBlock);
    }
}

void in_double(const Block* w, const Block* x, float* y, std::size_t rows, std::size_t cols) {
    const std::size_t blocks = cols / kBlock;
    for (std::size_t r = 0; r < rows; ++r) {
        double sum = 0;
        for (std::size_t b = 0; b < blocks; ++b) {
            const Block& block = w[r * blocks + b];
            sum += static_cast<double>(scale_product(block, x[b])) * sum_of_products(block, x[b]);
        }
        y[r] = static_cast<float>(sum);
    }
}

void eight_lanes_fused(const Block* w, const Block* x, float* y, std::size_t rows, std::size_t cols) {
    const std::size_t blocks = cols / kBlock;
    for (std::size_t r = rows; r-- > 0;) {
        std::array<float, 8> lanes{};
        for (std::size_t i = 0; i < cols; ++i) {
            const Block& block = w[r * blocks + i / kBlock];
            const int product = block.qs[i % kBlock] * x[i / kBlock].qs[i % kBlock];
            lanes[i % 8] = std::fma(scale_product(block, x[i / kBlock]), static_cast<float>(product), lanes[i % 8]);
        }
        y[r] = 0;
        for (const float lane : lanes) y[r] += lane;
    }
}

const CorrectKernel table[] = {
    {op, "row_by_row", "", kernel(&gemv_q8_0)},
    {op, "column_by_column", "", kernel(column_by_column)},
    {op, "four_rows_at_a_time", "", kernel(four_rows_at_a_time)},
    {op, "two_half_rows_added", "order of the sum", kernel(two_half_rows_added)},
    {op, "eight_lanes_fused", "order of the sum, FMA; last row first", kernel(eight_lanes_fused)},
    {op, "in_double", "more precise", kernel(in_double)},
};

}  // namespace

std::span<const CorrectKernel> q8_0_gemv_correct() {
    return table;
}

}  // namespace brickproof::faults
