// The NEON kernels of q8_0.gemv are one but for the instruction that multiplies.
#pragma once

#include <cstddef>
#include <cstdint>

#include "brickproof/kernel_abi.h"
#include "support/products_neon.hpp"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

static constexpr std::size_t group = 4;  // rows at a time: lane r of a vector belongs to row r

// The quants of a block of x, loaded once for all rows of a group.
struct Quants {
    int8x16_t low;
    int8x16_t high;
};

static inline Quants quants_of(const brickproof_q8_0& block) {
    return {vld1q_s8(block.qs), vld1q_s8(block.qs + 16)};
}

// The sum of products of two blocks, spread over four lanes.
template <AddProducts add_products>
static inline int32x4_t products(const Quants& x, const brickproof_q8_0& w) {
    const int32x4_t first = add_products(vdupq_n_s32(0), x.low, vld1q_s8(w.qs));
    return add_products(first, x.high, vld1q_s8(w.qs + 16));
}

// Block k of `Rows` rows of w. Lanes without a row of their own repeat the last one: the compiler then computes it
// once.
template <std::size_t Rows, AddProducts add_products>
struct Weights {
    const brickproof_q8_0* w;
    std::size_t stride;  // blocks from row to row
    const brickproof_q8_0& block(std::size_t row, std::size_t k) const {
        return w[(row < Rows ? row : Rows - 1) * stride + k];
    }

    int32x4_t integer_sums(const Quants& x, std::size_t k) const {
        const int32x4_t low =
            vpaddq_s32(products<add_products>(x, block(0, k)), products<add_products>(x, block(1, k)));
        const int32x4_t high =
            vpaddq_s32(products<add_products>(x, block(2, k)), products<add_products>(x, block(3, k)));
        return vpaddq_s32(low, high);
    }

    float32x4_t scales(std::size_t k) const {
        const std::uint16_t halves[group] = {block(0, k).d, block(1, k).d, block(2, k).d, block(3, k).d};
        return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(halves)));
    }
};

template <std::size_t Rows, AddProducts add_products>
static inline void dot_rows(const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, std::size_t blocks) {
    const Weights<Rows, add_products> weights{w, blocks};
    float32x4_t sums = vdupq_n_f32(0);
    for (std::size_t k = 0; k < blocks; ++k) {
        // At most 2^19 in magnitude: exact as floats. A product of two scales has 22 bits: exact.
        const float32x4_t integers = vcvtq_f32_s32(weights.integer_sums(quants_of(x[k]), k));
        const float32x4_t scale_of_x = vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(x[k].d)));
        sums = vfmaq_f32(sums, vmulq_f32(weights.scales(k), scale_of_x), integers);
    }
    float lanes[group];
    vst1q_f32(lanes, sums);
    for (std::size_t row = 0; row < Rows; ++row) y[row] = lanes[row];
}

// A last group that is not full begins earlier: it computes some rows again, to the same bits.
template <std::size_t Rows, AddProducts add_products>
static inline void dot_all_rows(const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, std::size_t rows,
                                std::size_t blocks) {
    for (std::size_t row = 0; row < rows; row += Rows) {
        const std::size_t first = row < rows - Rows ? row : rows - Rows;
        dot_rows<Rows, add_products>(w + first * blocks, x, y + first, blocks);
    }
}

template <AddProducts add_products>
static inline void gemv_of_groups(const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, std::size_t rows,
                                  std::size_t cols) {
    const std::size_t blocks = cols / BRICKPROOF_Q8_0_BLOCK;
    if (rows >= group) {
        dot_all_rows<group, add_products>(w, x, y, rows, blocks);
    } else {
        dot_all_rows<1, add_products>(w, x, y, rows, blocks);
    }
}

}  // namespace BRICK_TARGET
}  // namespace brick
