#include <immintrin.h>

#include <cstdint>

#include "gemv/gemv_kernels.hpp"
#include "support/tail_avx2.hpp"

namespace brick {
namespace {

// Rows at a time: x is loaded once for all of them, and with two vectors of sums for each, the latency of their
// additions is hidden.
constexpr std::size_t group = 4;
constexpr std::size_t step = 16;  // columns: column c goes to sum c % 16 of its row

// Eight columns, of which those beyond the first `count` are zeros and not read.
__m256 first_columns(const float* values, std::size_t count) {
    return _mm256_maskload_ps(values, first_lanes(count));
}

// The sums of `Rows` rows, side by side in pairs of vectors.
template <std::size_t Rows>
struct Sums {
    __m256 low[Rows];   // columns 0..7 of each step
    __m256 high[Rows];  // columns 8..15

    Sums() {
        for (__m256& sums : low) sums = _mm256_setzero_ps();
        for (__m256& sums : high) sums = _mm256_setzero_ps();
    }

    // Of a row at w and the others `stride` floats after one another.
    void add_step(const float* w, std::size_t stride, const float* x) {
        const __m256 x_low = _mm256_loadu_ps(x);
        const __m256 x_high = _mm256_loadu_ps(x + 8);
        for (std::size_t row = 0; row < Rows; ++row) {
            low[row] = _mm256_fmadd_ps(_mm256_loadu_ps(w + row * stride), x_low, low[row]);
            high[row] = _mm256_fmadd_ps(_mm256_loadu_ps(w + row * stride + 8), x_high, high[row]);
        }
    }

    // The last columns, fewer than a step.
    void add_rest(const float* w, std::size_t stride, const float* x, std::size_t count) {
        const __m256 x_low = first_columns(x, count);
        for (std::size_t row = 0; row < Rows; ++row)
            low[row] = _mm256_fmadd_ps(first_columns(w + row * stride, count), x_low, low[row]);
        if (count <= 8) return;
        const __m256 x_high = first_columns(x + 8, count - 8);
        for (std::size_t row = 0; row < Rows; ++row)
            high[row] = _mm256_fmadd_ps(first_columns(w + row * stride + 8, count - 8), x_high, high[row]);
    }

    // Four sums of a row: each is that of the columns c with the same c % 4.
    __m128 quarters(std::size_t row) const {
        const __m256 eight = _mm256_add_ps(low[row], high[row]);
        return _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    }

    // Lane r is row r; lanes without a row of their own repeat the last one.
    __m128 of_rows() const {
        constexpr std::size_t last = Rows - 1;
        __m128 a = quarters(0);
        __m128 b = quarters(last < 1 ? last : 1);
        __m128 c = quarters(last < 2 ? last : 2);
        __m128 d = quarters(last);
        _MM_TRANSPOSE4_PS(a, b, c, d);
        return _mm_add_ps(_mm_add_ps(a, c), _mm_add_ps(b, d));
    }
};

// The hardware's prefetchers alone leave a tenth to a fifth of the last-level cache's bandwidth unused; ten lines
// ahead is what they do not reach by themselves and L1 has room for. In L2 and nearer it costs 7% and brings
// nothing. A kernel sees only how large the matrix is: from half a mebibyte it is, in most CPUs, too much of L2 to
// be there.
constexpr std::size_t prefetched_bytes = std::size_t{512} << 10;
constexpr std::size_t prefetch_distance = 640;  // bytes
enum class Prefetch { no, yes };

// Beyond the matrix that is no access, and no fault; only a pointer must not be computed there.
void prefetch_step(const float* w, std::size_t stride) {
    for (std::size_t row = 0; row < group; ++row) {
        const auto address = reinterpret_cast<std::uintptr_t>(w + row * stride) + prefetch_distance;
        _mm_prefetch(reinterpret_cast<const char*>(address), _MM_HINT_T0);  // NOLINT(performance-no-int-to-ptr)
    }
}

// Results are `apart` floats from each other in bias and y, rows are `apart` rows from each other in w.
template <std::size_t Rows, Prefetch prefetch>
void dot_rows(const float* w, const float* x, const float* bias, float* y, std::size_t apart, std::size_t cols) {
    const std::size_t stride = apart * cols;
    Sums<Rows> sums;
    std::size_t col = 0;
    for (; col + step <= cols; col += step) {
        sums.add_step(w + col, stride, x + col);
        if constexpr (prefetch == Prefetch::yes) prefetch_step(w + col, stride);
    }
    if (col < cols) sums.add_rest(w + col, stride, x + col, cols - col);
    float lanes[group];
    _mm_storeu_ps(lanes, sums.of_rows());
    for (std::size_t row = 0; row < Rows; ++row)
        y[row * apart] = bias == nullptr ? lanes[row] : lanes[row] + bias[row * apart];
}

// The rows of a group are not neighbours but a quarter of the matrix apart: so each quarter is read from its begin
// to its end, as a stream that the hardware's prefetchers follow over row ends. Neighbours are four streams that
// end with the row and begin anew three rows on: in L2 that takes 1.4 times as long. What four does not divide is
// in a last group of neighbours, which computes up to three rows again, to the same bits.
template <Prefetch prefetch>
void dot_quarters(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    const auto dot_group = [=](std::size_t first, std::size_t apart) {
        dot_rows<group, prefetch>(w + first * cols, x, bias == nullptr ? nullptr : bias + first, y + first, apart,
                                  cols);
    };
    const std::size_t quarter = rows / group;
    for (std::size_t row = 0; row < quarter; ++row) dot_group(row, quarter);
    if (rows % group != 0) dot_group(rows - group, 1);
}

}  // namespace

void gemv_avx2(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    if (rows < group) {
        for (std::size_t row = 0; row < rows; ++row)
            dot_rows<1, Prefetch::no>(w + row * cols, x, bias == nullptr ? nullptr : bias + row, y + row, 1, cols);
    } else if (rows * cols * sizeof(float) < prefetched_bytes) {
        dot_quarters<Prefetch::no>(w, x, bias, y, rows, cols);
    } else {
        dot_quarters<Prefetch::yes>(w, x, bias, y, rows, cols);
    }
}

}  // namespace brick
