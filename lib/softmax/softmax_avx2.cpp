#include <immintrin.h>

#include <limits>

#include "softmax/softmax_kernels.hpp"
#include "support/exp_avx2.hpp"
#include "support/lanes_avx2.hpp"
#include "support/tail_avx2.hpp"

namespace brick {
namespace {

constexpr std::size_t step = 8;
constexpr std::size_t unroll = 4 * step;
constexpr float masked = -std::numeric_limits<float>::infinity();

// x, with masked entries behind its end: they change neither the maximum nor the sum.
__m256 load_masked(const float* x, __m256i lanes) {
    return _mm256_blendv_ps(_mm256_set1_ps(masked), _mm256_maskload_ps(x, lanes), _mm256_castsi256_ps(lanes));
}

float largest_of_lanes(__m256 v) {
    __m128 half = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    half = _mm_max_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}

// The first operand of a maximum is the one that a NaN loses to.
float largest_of(const float* x, std::size_t n) {
    __m256 largest[4];
    for (__m256& lanes : largest) lanes = _mm256_set1_ps(masked);
    std::size_t i = 0;
    for (; i + unroll <= n; i += unroll) {
        for (std::size_t k = 0; k < 4; ++k) {
            largest[k] = _mm256_max_ps(_mm256_loadu_ps(x + i + k * step), largest[k]);
        }
    }
    for (; i + step <= n; i += step) largest[0] = _mm256_max_ps(_mm256_loadu_ps(x + i), largest[0]);
    if (i < n) largest[1] = _mm256_max_ps(load_masked(x + i, first_lanes(n - i)), largest[1]);
    return largest_of_lanes(
        _mm256_max_ps(_mm256_max_ps(largest[0], largest[1]), _mm256_max_ps(largest[2], largest[3])));
}

// Terms are carried 2^64 times too large: so 2^n, for every n from -150 to 0, is one normal float, whose bits come
// straight from the rounding constant, and no term of the sum is subnormal.
constexpr float term_scale = 0x1p64f;
constexpr float round_to_bits = exp_round + 127.0f + 64.0f;

// term_scale * exp(x) for x <= 0, by the steps of exp_f32 but for one rounding less; NaN stays NaN. Below
// exp_lowest it is less than term_scale * 2^-150: it leaves the sum alone and is 0 once it is divided by it.
__m256 scaled_exp(__m256 x) {
    const __m256 inside = _mm256_max_ps(_mm256_set1_ps(exp_lowest), x);
    const __m256 round = _mm256_set1_ps(round_to_bits);
    const __m256 rounded = _mm256_fmadd_ps(inside, _mm256_set1_ps(exp_log2e), round);
    const __m256 n = _mm256_sub_ps(rounded, round);
    __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(exp_ln2_high), inside);
    r = _mm256_fnmadd_ps(n, _mm256_set1_ps(exp_ln2_low), r);
    const __m256 power = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(rounded), 23));
    return _mm256_fmadd_ps(power, expm1_of_reduced(r), power);
}

// y = term_scale * exp(x - shift); returns the sum.
float write_terms(const float* x, float* y, std::size_t n, float shift) {
    const __m256 shifts = _mm256_set1_ps(shift);
    __m256 sum = _mm256_setzero_ps();
    std::size_t i = 0;
    for (; i + step <= n; i += step) {
        const __m256 terms = scaled_exp(_mm256_sub_ps(_mm256_loadu_ps(x + i), shifts));
        _mm256_storeu_ps(y + i, terms);
        sum = _mm256_add_ps(sum, terms);
    }
    if (i < n) {
        const __m256i lanes = first_lanes(n - i);
        const __m256 terms = scaled_exp(_mm256_sub_ps(load_masked(x + i, lanes), shifts));
        _mm256_maskstore_ps(y + i, lanes, terms);
        sum = _mm256_add_ps(sum, terms);
    }
    return add_lanes(sum);
}

void multiply(float* y, std::size_t n, float factor) {
    const __m256 factors = _mm256_set1_ps(factor);
    std::size_t i = 0;
    for (; i + step <= n; i += step) _mm256_storeu_ps(y + i, _mm256_mul_ps(_mm256_loadu_ps(y + i), factors));
    for (; i < n; ++i) y[i] *= factor;
}

}  // namespace

void softmax_avx2(const float* x, float* y, std::size_t n) {
    const float largest = largest_of(x, n);
    const float shift = largest == masked ? 0.0f : largest;
    const float sum = write_terms(x, y, n, shift);
    // With an entry left the sum is at least term_scale; NaN is not below it either.
    multiply(y, n, sum < term_scale ? 0.0f : 1.0f / sum);
}

}  // namespace brick
