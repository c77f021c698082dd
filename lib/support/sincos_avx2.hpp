// Sine and cosine of eight doubles, step by step as sincos.hpp's. For files compiled with AVX2 and FMA.
#pragma once

#include <immintrin.h>

#include "support/sincos.hpp"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

struct SinCos8 {
    __m256 sin;
    __m256 cos;
};

static inline SinCos8 sin_cos_each(__m256d low, __m256d high) {
    double angles[8];
    float sines[8];
    float cosines[8];
    _mm256_storeu_pd(angles, low);
    _mm256_storeu_pd(angles + 4, high);
    for (int lane = 0; lane < 8; ++lane) {
        const SinCos of = sin_cos_f32(angles[lane]);
        sines[lane] = of.sin;
        cosines[lane] = of.cos;
    }
    return {_mm256_loadu_ps(sines), _mm256_loadu_ps(cosines)};
}

static inline __m256d sincos_polynomial(__m256d z, double p0, double p1, double p2) {
    const __m256d p = _mm256_fmadd_pd(_mm256_set1_pd(p2), z, _mm256_set1_pd(p1));
    return _mm256_fmadd_pd(p, z, _mm256_set1_pd(p0));
}

// What is left of four angles, and their quadrants in the lowest bits.
struct ReducedSinCos {
    __m128 sin;
    __m128 cos;
    __m256d quadrant;
};

static inline ReducedSinCos reduced_sin_cos(__m256d x) {
    const __m256d round = _mm256_set1_pd(sincos_round);
    const __m256d shifted = _mm256_fmadd_pd(x, _mm256_set1_pd(sincos_two_over_pi), round);
    const __m256d n = _mm256_sub_pd(shifted, round);
    __m256d r = _mm256_fnmadd_pd(n, _mm256_set1_pd(sincos_half_pi_high), x);
    r = _mm256_fnmadd_pd(n, _mm256_set1_pd(sincos_half_pi_low), r);
    const __m256d z = _mm256_mul_pd(r, r);
    const __m256d s = sincos_polynomial(z, sincos_s0, sincos_s1, sincos_s2);
    const __m256d c = sincos_polynomial(z, sincos_c0, sincos_c1, sincos_c2);
    const __m256d sin_r = _mm256_fmadd_pd(s, _mm256_mul_pd(r, z), r);
    const __m256d one_less = _mm256_fmadd_pd(z, _mm256_set1_pd(-0.5), _mm256_set1_pd(1.0));
    const __m256d cos_r = _mm256_fmadd_pd(c, _mm256_mul_pd(z, z), one_less);
    return {_mm256_cvtpd_ps(sin_r), _mm256_cvtpd_ps(cos_r), shifted};
}

// The lower halves of eight 64-bit lanes.
static inline __m256i low_halves(__m256d low, __m256d high) {
    const __m256 halves = _mm256_shuffle_ps(_mm256_castpd_ps(low), _mm256_castpd_ps(high), 0b10'00'10'00);
    return _mm256_permute4x64_epi64(_mm256_castps_si256(halves), 0b11'01'10'00);
}

// Negated where bit 1 of the lane's quadrant is set.
static inline __m256 signed_by_quadrant(__m256 value, __m256i quadrant) {
    const __m256i sign = _mm256_slli_epi32(_mm256_and_si256(quadrant, _mm256_set1_epi32(2)), 30);
    return _mm256_xor_ps(value, _mm256_castsi256_ps(sign));
}

// Sine and cosine change places and signs as floats, eight at once: rounding does not mind. Where an angle of low
// is NaN that of high must be.
static inline SinCos8 sin_cos_f32(__m256d low, __m256d high) {
    // The second operand is the largest of two if one is NaN: high, which is one if low is.
    const __m256d beyond = _mm256_cmp_pd(_mm256_max_pd(low, high), _mm256_set1_pd(sincos_highest), _CMP_NLE_UQ);
    if (_mm256_movemask_pd(beyond) != 0) [[unlikely]]
        return sin_cos_each(low, high);
    const ReducedSinCos a = reduced_sin_cos(low);
    const ReducedSinCos b = reduced_sin_cos(high);
    const __m256 sin_r = _mm256_set_m128(b.sin, a.sin);
    const __m256 cos_r = _mm256_set_m128(b.cos, a.cos);
    const __m256i quadrant = low_halves(a.quadrant, b.quadrant);
    const __m256i next = _mm256_add_epi32(quadrant, _mm256_set1_epi32(1));
    const __m256 odd = _mm256_castsi256_ps(_mm256_slli_epi32(quadrant, 31));  // blendv reads the sign bit
    return {signed_by_quadrant(_mm256_blendv_ps(sin_r, cos_r, odd), quadrant),
            signed_by_quadrant(_mm256_blendv_ps(cos_r, sin_r, odd), next)};
}

}  // namespace BRICK_TARGET
}  // namespace brick
