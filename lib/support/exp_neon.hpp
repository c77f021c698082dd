// exp of four floats, step by step as exp.hpp's.
#pragma once

#include <arm_neon.h>

#include "support/exp.hpp"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

static inline float32x4_t power_of_two(int32x4_t exponent) {
    return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(exponent, vdupq_n_s32(127)), 23));
}

// vmaxq and vminq keep a NaN.
static inline float32x4_t exp_f32(float32x4_t x) {
    const float32x4_t inside = vminq_f32(vdupq_n_f32(exp_highest), vmaxq_f32(vdupq_n_f32(exp_lowest), x));
    const float32x4_t round = vdupq_n_f32(exp_round);
    const float32x4_t n = vsubq_f32(vfmaq_f32(round, inside, vdupq_n_f32(exp_log2e)), round);
    float32x4_t r = vfmsq_f32(inside, n, vdupq_n_f32(exp_ln2_high));
    r = vfmsq_f32(r, n, vdupq_n_f32(exp_ln2_low));
    float32x4_t p = vfmaq_f32(vdupq_n_f32(exp_p3), vdupq_n_f32(exp_p4), r);
    p = vfmaq_f32(vdupq_n_f32(exp_p2), p, r);
    p = vfmaq_f32(vdupq_n_f32(exp_p1), p, r);
    p = vfmaq_f32(vdupq_n_f32(exp_p0), p, r);
    const float32x4_t exp_r = vaddq_f32(vdupq_n_f32(1.0f), vfmaq_f32(r, p, vmulq_f32(r, r)));
    const int32x4_t exponent = vcvtq_s32_f32(n);
    const int32x4_t half = vshrq_n_s32(exponent, 1);
    return vmulq_f32(vmulq_f32(exp_r, power_of_two(half)), power_of_two(vsubq_s32(exponent, half)));
}

}  // namespace BRICK_TARGET
}  // namespace brick
