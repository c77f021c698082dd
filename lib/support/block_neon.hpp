// What the NEON kernels of the Q8_0 formats share: maxima, rounding, widening of one block of 32.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "brickproof/kernel_abi.h"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

// The largest magnitude of 32 values, found by their bits: float_bits.hpp says why.
static inline float block_amax(const float* x) {
    uint32x4_t amax = vdupq_n_u32(0);
    for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; i += 4) {
        amax = vmaxq_u32(amax, vreinterpretq_u32_f32(vabsq_f32(vld1q_f32(x + i))));
    }
    return vget_lane_f32(vreinterpret_f32_u32(vdup_n_u32(vmaxvq_u32(amax))), 0);
}

// Of a magnitude. Every comparison with NaN is false.
static inline bool is_finite(float amax) {
    return amax <= 0x1.fffffep127f;
}

static inline void store_zeros(std::int8_t* quants) {
    vst1q_s8(quants, vdupq_n_s8(0));
    vst1q_s8(quants + 16, vdupq_n_s8(0));
}

// Rounds 32 values, ties away from zero, to int8. values(i) gives those of index i to i + 3.
template <class Values>
static inline void store_rounded(std::int8_t* quants, Values values) {
    for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; i += 16) {
        const int32x4_t a = vcvtaq_s32_f32(values(i));
        const int32x4_t b = vcvtaq_s32_f32(values(i + 4));
        const int32x4_t c = vcvtaq_s32_f32(values(i + 8));
        const int32x4_t d = vcvtaq_s32_f32(values(i + 12));
        const int16x8_t low = vqmovn_high_s32(vqmovn_s32(a), b);
        const int16x8_t high = vqmovn_high_s32(vqmovn_s32(c), d);
        vst1q_s8(quants + i, vqmovn_high_s16(vqmovn_s16(low), high));
    }
}

// y[32] = quants[32] * scale.
static inline void store_scaled(float* y, const std::int8_t* quants, float32x4_t scale) {
    for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; i += 8) {
        const int16x8_t wide = vmovl_s8(vld1_s8(quants + i));
        vst1q_f32(y + i, vmulq_f32(vcvtq_f32_s32(vmovl_s16(vget_low_s16(wide))), scale));
        vst1q_f32(y + i + 4, vmulq_f32(vcvtq_f32_s32(vmovl_high_s16(wide)), scale));
    }
}

}  // namespace BRICK_TARGET
}  // namespace brick
