// Sine and cosine of two doubles, step by step as sincos.hpp's.
#pragma once

#include <arm_neon.h>

#include "support/sincos.hpp"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

struct SinCos2 {
    float32x2_t sin;
    float32x2_t cos;
};

static inline SinCos2 sin_cos_each(float64x2_t x) {
    const SinCos low = sin_cos_f32(vgetq_lane_f64(x, 0));
    const SinCos high = sin_cos_f32(vgetq_lane_f64(x, 1));
    const float sines[] = {low.sin, high.sin};
    const float cosines[] = {low.cos, high.cos};
    return {vld1_f32(sines), vld1_f32(cosines)};
}

static inline float64x2_t sincos_polynomial(float64x2_t z, double p0, double p1, double p2) {
    const float64x2_t p = vfmaq_f64(vdupq_n_f64(p1), vdupq_n_f64(p2), z);
    return vfmaq_f64(vdupq_n_f64(p0), p, z);
}

// Negated where bit 1 of the lane's quadrant is set.
static inline float64x2_t signed_by_quadrant(float64x2_t value, uint64x2_t quadrant) {
    const uint64x2_t sign = vshlq_n_u64(vandq_u64(quadrant, vdupq_n_u64(2)), 62);
    return vreinterpretq_f64_u64(veorq_u64(vreinterpretq_u64_f64(value), sign));
}

static inline SinCos2 sin_cos_f32(float64x2_t x) {
    const uint64x2_t within = vcleq_f64(x, vdupq_n_f64(sincos_highest));
    if ((vgetq_lane_u64(within, 0) & vgetq_lane_u64(within, 1)) == 0) return sin_cos_each(x);
    const float64x2_t round = vdupq_n_f64(sincos_round);
    const float64x2_t shifted = vfmaq_f64(round, x, vdupq_n_f64(sincos_two_over_pi));
    const float64x2_t n = vsubq_f64(shifted, round);
    float64x2_t r = vfmsq_f64(x, n, vdupq_n_f64(sincos_half_pi_high));
    r = vfmsq_f64(r, n, vdupq_n_f64(sincos_half_pi_low));
    const float64x2_t z = vmulq_f64(r, r);
    const float64x2_t s = sincos_polynomial(z, sincos_s0, sincos_s1, sincos_s2);
    const float64x2_t c = sincos_polynomial(z, sincos_c0, sincos_c1, sincos_c2);
    const float64x2_t sin_r = vfmaq_f64(r, s, vmulq_f64(r, z));
    const float64x2_t one_less = vfmaq_f64(vdupq_n_f64(1.0), z, vdupq_n_f64(-0.5));
    const float64x2_t cos_r = vfmaq_f64(one_less, c, vmulq_f64(z, z));
    const uint64x2_t quadrant = vreinterpretq_u64_f64(shifted);
    const uint64x2_t odd = vtstq_u64(quadrant, vdupq_n_u64(1));
    const float64x2_t sine = signed_by_quadrant(vbslq_f64(odd, cos_r, sin_r), quadrant);
    const uint64x2_t next = vaddq_u64(quadrant, vdupq_n_u64(1));
    const float64x2_t cosine = signed_by_quadrant(vbslq_f64(odd, sin_r, cos_r), next);
    return {vcvt_f32_f64(sine), vcvt_f32_f64(cosine)};
}

}  // namespace BRICK_TARGET
}  // namespace brick
