// Sine and cosine of four doubles, step by step as sincos.hpp's. For files compiled with AVX2 and FMA. (static: see
// half.hpp.)
#pragma once

#include <immintrin.h>

#include "support/sincos.hpp"

namespace brick {

struct SinCos4 {
    __m128 sin;
    __m128 cos;
};

static inline SinCos4 sin_cos_each(__m256d x) {
    double angles[4];
    float sines[4];
    float cosines[4];
    _mm256_storeu_pd(angles, x);
    for (int lane = 0; lane < 4; ++lane) {
        const SinCos of = sin_cos_f32(angles[lane]);
        sines[lane] = of.sin;
        cosines[lane] = of.cos;
    }
    return {_mm_loadu_ps(sines), _mm_loadu_ps(cosines)};
}

static inline __m256d sincos_polynomial(__m256d z, double p0, double p1, double p2, double p3) {
    __m256d p = _mm256_fmadd_pd(_mm256_set1_pd(p3), z, _mm256_set1_pd(p2));
    p = _mm256_fmadd_pd(p, z, _mm256_set1_pd(p1));
    return _mm256_fmadd_pd(p, z, _mm256_set1_pd(p0));
}

// Negated where bit 1 of the lane's quadrant is set.
static inline __m256d signed_by_quadrant(__m256d value, __m256i quadrant) {
    const __m256i sign = _mm256_slli_epi64(_mm256_and_si256(quadrant, _mm256_set1_epi64x(2)), 62);
    return _mm256_xor_pd(value, _mm256_castsi256_pd(sign));
}

static inline SinCos4 sin_cos_f32(__m256d x) {
    const __m256d beyond = _mm256_cmp_pd(x, _mm256_set1_pd(sincos_highest), _CMP_NLE_UQ);
    if (_mm256_movemask_pd(beyond) != 0) return sin_cos_each(x);
    const __m256d round = _mm256_set1_pd(sincos_round);
    const __m256d shifted = _mm256_fmadd_pd(x, _mm256_set1_pd(sincos_two_over_pi), round);
    const __m256d n = _mm256_sub_pd(shifted, round);
    __m256d r = _mm256_fnmadd_pd(n, _mm256_set1_pd(sincos_half_pi_high), x);
    r = _mm256_fnmadd_pd(n, _mm256_set1_pd(sincos_half_pi_low), r);
    const __m256d z = _mm256_mul_pd(r, r);
    const __m256d s = sincos_polynomial(z, sincos_s0, sincos_s1, sincos_s2, sincos_s3);
    const __m256d c = sincos_polynomial(z, sincos_c0, sincos_c1, sincos_c2, sincos_c3);
    const __m256d sin_r = _mm256_fmadd_pd(s, _mm256_mul_pd(r, z), r);
    const __m256d one_less = _mm256_fmadd_pd(z, _mm256_set1_pd(-0.5), _mm256_set1_pd(1.0));
    const __m256d cos_r = _mm256_fmadd_pd(c, _mm256_mul_pd(z, z), one_less);
    const __m256i quadrant = _mm256_castpd_si256(shifted);
    const __m256d odd = _mm256_castsi256_pd(_mm256_slli_epi64(quadrant, 63));  // blendv reads the sign bit
    const __m256d sine = signed_by_quadrant(_mm256_blendv_pd(sin_r, cos_r, odd), quadrant);
    const __m256i next = _mm256_add_epi64(quadrant, _mm256_set1_epi64x(1));
    const __m256d cosine = signed_by_quadrant(_mm256_blendv_pd(cos_r, sin_r, odd), next);
    return {_mm256_cvtpd_ps(sine), _mm256_cvtpd_ps(cosine)};
}

}  // namespace brick
