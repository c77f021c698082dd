// exp of eight floats, step by step as exp.hpp's. For files compiled with AVX2 and FMA.
#pragma once

#include <immintrin.h>

#include "support/exp.hpp"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

static inline __m256 power_of_two(__m256i exponent) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(exponent, _mm256_set1_epi32(127)), 23));
}

// exp(r) - 1 for the |r| <= 0.3467 that the reduction leaves.
static inline __m256 expm1_of_reduced(__m256 r) {
    __m256 p = _mm256_fmadd_ps(_mm256_set1_ps(exp_p4), r, _mm256_set1_ps(exp_p3));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(exp_p2));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(exp_p1));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(exp_p0));
    return _mm256_fmadd_ps(p, _mm256_mul_ps(r, r), r);
}

static inline __m256 exp_of_reduced(__m256 r) {
    return _mm256_add_ps(_mm256_set1_ps(1.0f), expm1_of_reduced(r));
}

// The second operand of min and max is the one that survives a NaN.
static inline __m256 exp_f32(__m256 x) {
    const __m256 low = _mm256_max_ps(_mm256_set1_ps(exp_lowest), x);
    const __m256 inside = _mm256_min_ps(_mm256_set1_ps(exp_highest), low);
    const __m256 round = _mm256_set1_ps(exp_round);
    const __m256 n = _mm256_sub_ps(_mm256_fmadd_ps(inside, _mm256_set1_ps(exp_log2e), round), round);
    __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(exp_ln2_high), inside);
    r = _mm256_fnmadd_ps(n, _mm256_set1_ps(exp_ln2_low), r);
    const __m256 exp_r = exp_of_reduced(r);
    const __m256i exponent = _mm256_cvttps_epi32(n);
    const __m256i half = _mm256_srai_epi32(exponent, 1);
    return _mm256_mul_ps(_mm256_mul_ps(exp_r, power_of_two(half)), power_of_two(_mm256_sub_epi32(exponent, half)));
}

}  // namespace BRICK_TARGET
}  // namespace brick
