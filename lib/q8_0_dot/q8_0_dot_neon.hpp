// The NEON kernels of q8_0.dot are one but for the instruction that multiplies.
#pragma once

#include <cstddef>
#include <cstdint>

#include "brickproof/kernel_abi.h"
#include "support/products_neon.hpp"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

static constexpr std::size_t group = 4;  // blocks at a time: one vector holds their scales, one their integer sums

// The sum of products of a pair of blocks, spread over four lanes.
template <AddProducts add_products>
static inline int32x4_t products(const brickproof_q8_0& a, const brickproof_q8_0& b) {
    const int32x4_t first = add_products(vdupq_n_s32(0), vld1q_s8(a.qs), vld1q_s8(b.qs));
    return add_products(first, vld1q_s8(a.qs + 16), vld1q_s8(b.qs + 16));
}

static inline float32x4_t four_scales(const std::uint16_t (&scales)[group]) {
    return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(scales)));
}

// Up to four pairs of blocks; the missing ones count as zero.
template <AddProducts add_products>
static inline float32x4_t add_group(float32x4_t sum, const brickproof_q8_0* a, const brickproof_q8_0* b,
                                    std::size_t count) {
    int32x4_t sums[group] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
    std::uint16_t scales_a[group] = {};
    std::uint16_t scales_b[group] = {};
    for (std::size_t k = 0; k < count; ++k) {
        sums[k] = products<add_products>(a[k], b[k]);
        scales_a[k] = a[k].d;
        scales_b[k] = b[k].d;
    }
    // At most 2^19 in magnitude: exact as floats. A product of two scales has 22 bits: exact.
    const int32x4_t integers = vpaddq_s32(vpaddq_s32(sums[0], sums[1]), vpaddq_s32(sums[2], sums[3]));
    const float32x4_t scales = vmulq_f32(four_scales(scales_a), four_scales(scales_b));
    return vfmaq_f32(sum, scales, vcvtq_f32_s32(integers));
}

template <AddProducts add_products>
static inline float dot_of_groups(const brickproof_q8_0* a, const brickproof_q8_0* b, std::size_t n) {
    const std::size_t blocks = n / BRICKPROOF_Q8_0_BLOCK;
    float32x4_t sum = vdupq_n_f32(0);
    std::size_t i = 0;
    for (; i + group <= blocks; i += group) sum = add_group<add_products>(sum, a + i, b + i, group);
    if (i < blocks) sum = add_group<add_products>(sum, a + i, b + i, blocks - i);
    return vaddvq_f32(sum);
}

}  // namespace BRICK_TARGET
}  // namespace brick
