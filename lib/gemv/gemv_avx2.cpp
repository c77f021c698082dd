#include <immintrin.h>

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

    void add_step(const float* w, std::size_t cols, const float* x) {
        const __m256 x_low = _mm256_loadu_ps(x);
        const __m256 x_high = _mm256_loadu_ps(x + 8);
        for (std::size_t row = 0; row < Rows; ++row) {
            low[row] = _mm256_fmadd_ps(_mm256_loadu_ps(w + row * cols), x_low, low[row]);
            high[row] = _mm256_fmadd_ps(_mm256_loadu_ps(w + row * cols + 8), x_high, high[row]);
        }
    }

    // The last columns, fewer than a step.
    void add_rest(const float* w, std::size_t cols, const float* x, std::size_t count) {
        const __m256 x_low = first_columns(x, count);
        for (std::size_t row = 0; row < Rows; ++row)
            low[row] = _mm256_fmadd_ps(first_columns(w + row * cols, count), x_low, low[row]);
        if (count <= 8) return;
        const __m256 x_high = first_columns(x + 8, count - 8);
        for (std::size_t row = 0; row < Rows; ++row)
            high[row] = _mm256_fmadd_ps(first_columns(w + row * cols + 8, count - 8), x_high, high[row]);
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

// The next group of rows is read into the cache while this one is computed: in the order of memory, which the four
// rows at once are not. It brings 7% from DRAM and costs as much in L2, hence the limit, beyond most L2 caches.
constexpr std::size_t prefetched_bytes = std::size_t{2} << 20;
enum class Prefetch { no, yes };

void prefetch_step(const float* next, std::size_t col) {
    constexpr std::size_t line = 16;  // floats
    for (std::size_t i = 0; i < group * step; i += line)
        _mm_prefetch(reinterpret_cast<const char*>(next + group * col + i), _MM_HINT_T0);
}

template <std::size_t Rows, Prefetch prefetch>
void dot_rows(const float* w, const float* x, const float* bias, float* y, std::size_t cols, const float* next) {
    Sums<Rows> sums;
    std::size_t col = 0;
    for (; col + step <= cols; col += step) {
        sums.add_step(w + col, cols, x + col);
        if constexpr (prefetch == Prefetch::yes) prefetch_step(next, col);
    }
    if (col < cols) sums.add_rest(w + col, cols, x + col, cols - col);
    float lanes[group];
    _mm_storeu_ps(lanes, sums.of_rows());
    for (std::size_t row = 0; row < Rows; ++row) y[row] = bias == nullptr ? lanes[row] : lanes[row] + bias[row];
}

// A last group that is not full begins earlier: it computes some rows again, to the same bits.
template <std::size_t Rows, Prefetch prefetch>
void dot_all_rows(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    for (std::size_t row = 0; row < rows; row += Rows) {
        const std::size_t first = row + Rows <= rows ? row : rows - Rows;
        const std::size_t next = first + 2 * Rows <= rows ? first + Rows : rows - Rows;
        dot_rows<Rows, prefetch>(w + first * cols, x, bias == nullptr ? nullptr : bias + first, y + first, cols,
                                 w + next * cols);
    }
}

}  // namespace

void gemv_avx2(const float* w, const float* x, const float* bias, float* y, std::size_t rows, std::size_t cols) {
    if (rows < group) return dot_all_rows<1, Prefetch::no>(w, x, bias, y, rows, cols);
    if (rows * cols * sizeof(float) < prefetched_bytes)
        return dot_all_rows<group, Prefetch::no>(w, x, bias, y, rows, cols);
    dot_all_rows<group, Prefetch::yes>(w, x, bias, y, rows, cols);
}

}  // namespace brick
