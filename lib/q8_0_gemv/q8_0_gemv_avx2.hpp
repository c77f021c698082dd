// What the two kernels of q8_0.gemv for x86-64 share: rows in groups of eight, and their scales.
#pragma once

#include <immintrin.h>

#include <cstddef>

#include "brickproof/kernel_abi.h"
#include "support/q8_0_scales_avx2.hpp"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

static constexpr std::size_t group = 8;  // rows at a time: lane r of a vector of scales belongs to row r

// Not std::min, which lies in no namespace of this ISA.
static constexpr std::size_t smaller(std::size_t a, std::size_t b) {
    return a < b ? a : b;
}

// `Rows` rows of w.
template <std::size_t Rows>
struct Weights {
    const brickproof_q8_0* w;
    std::size_t blocks;  // of a row
};

// Block k of a row. Lanes without a row of their own repeat the last one: the compiler then computes it once.
template <std::size_t Rows>
static inline const brickproof_q8_0& block_of(const Weights<Rows>& weights, std::size_t row, std::size_t k) {
    return weights.w[smaller(row, Rows - 1) * weights.blocks + k];
}

template <std::size_t Rows>
static inline __m256 scales_of(const Weights<Rows>& weights, std::size_t k) {
    return eight_scales([&](std::size_t row) -> const brickproof_q8_0& { return block_of(weights, row, k); });
}

template <std::size_t Rows>
static inline void store_rows(float* y, __m256 sums) {
    float lanes[group];
    _mm256_storeu_ps(lanes, sums);
    for (std::size_t row = 0; row < Rows; ++row) y[row] = lanes[row];
}

// A matrix of this size stays in the L2 of most CPUs, where prefetching only takes instructions: a twentieth of
// them.
static constexpr std::size_t cached_bytes = std::size_t{512} << 10;

// The next group of rows is read into the cache while this one is computed: in the order of memory, which the eight
// rows at once are not. 272 bytes for each step are four cache lines and a quarter. next: null to do without.
static inline void prefetch_step(const brickproof_q8_0* next, std::size_t k) {
    if (next == nullptr) return;
    const char* bytes = reinterpret_cast<const char*>(next + group * k);
    for (std::size_t line = 0; line < 5; ++line) _mm_prefetch(bytes + 64 * line, _MM_HINT_T0);
}

// A last group that is not full begins earlier: it computes some rows again, to the same bits.
template <std::size_t Rows, class DotRows>
static inline void for_row_groups(const DotRows& dot_rows, const brickproof_q8_0* w, float* y, std::size_t rows,
                                  std::size_t blocks) {
    const bool cached = rows * blocks * sizeof(brickproof_q8_0) <= cached_bytes;
    for (std::size_t row = 0; row < rows; row += Rows) {
        const std::size_t first = smaller(row, rows - Rows);
        const std::size_t next = smaller(first + Rows, rows - Rows);
        dot_rows(Weights<Rows>{w + first * blocks, blocks}, y + first, cached ? nullptr : w + next * blocks);
    }
}

// Calls dot_rows(weights, y, next) for all rows; next: the rows after these, for prefetch_step.
template <class DotRows>
static inline void for_all_rows(const DotRows& dot_rows, const brickproof_q8_0* w, float* y, std::size_t rows,
                                std::size_t blocks) {
    if (rows >= group) {
        for_row_groups<group>(dot_rows, w, y, rows, blocks);
    } else if (rows >= 4) {
        for_row_groups<4>(dot_rows, w, y, rows, blocks);
    } else {
        for_row_groups<1>(dot_rows, w, y, rows, blocks);
    }
}

}  // namespace BRICK_TARGET
}  // namespace brick
