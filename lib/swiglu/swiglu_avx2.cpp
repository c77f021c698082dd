#include <immintrin.h>

#include "support/exp_avx2.hpp"
#include "support/tail_avx2.hpp"
#include "swiglu/swiglu_kernels.hpp"

namespace brick {
namespace {

constexpr std::size_t step = 8;

constexpr float smallest_normal_exp = -87.0f;

// The bits of 1 + exp_f32(-gate), with less work, for every gate that is not NaN. (For a NaN it may be anything:
// the quotient gate / it is NaN all the same.)
//
// An exp below 2^-25 changes nothing in the sum, so that the argument may be clamped where the result is normal
// still, and 2^n put into the exponent by one integer addition. n = 128 is the largest n; there the exponent field
// overflows to that of Inf or NaN exactly if the float overflows, and the integer minimum makes it Inf. Ordinary
// gates, magnitudes up to 87, need neither clamps nor minimum.
template <bool ordinary>
__m256 one_plus_exp_of_minus(__m256 gate) {
    __m256 inside = gate;
    if constexpr (!ordinary) {
        inside = _mm256_max_ps(inside, _mm256_set1_ps(-exp_highest));
        inside = _mm256_min_ps(inside, _mm256_set1_ps(-smallest_normal_exp));
    }
    const __m256 round = _mm256_set1_ps(exp_round);
    const __m256 rounded = _mm256_fnmadd_ps(inside, _mm256_set1_ps(exp_log2e), round);  // n in its low bits
    const __m256 minus_n = _mm256_sub_ps(round, rounded);
    __m256 r = _mm256_fmsub_ps(minus_n, _mm256_set1_ps(exp_ln2_high), inside);
    r = _mm256_fmadd_ps(minus_n, _mm256_set1_ps(exp_ln2_low), r);
    const __m256i exponent = _mm256_slli_epi32(_mm256_castps_si256(rounded), 23);
    __m256i bits = _mm256_add_epi32(_mm256_castps_si256(exp_of_reduced(r)), exponent);
    if constexpr (!ordinary) bits = _mm256_min_epi32(bits, _mm256_set1_epi32(0x7f800000));
    return _mm256_add_ps(_mm256_set1_ps(1.0f), _mm256_castsi256_ps(bits));
}

template <bool ordinary>
__m256 swiglu(__m256 gate, __m256 up) {
    return _mm256_mul_ps(_mm256_div_ps(gate, one_plus_exp_of_minus<ordinary>(gate)), up);
}

// No magnitude above 87. A NaN in b, which the maximum prefers, is not ordinary; one in a hides nothing but itself.
bool are_ordinary(__m256 a, __m256 b) {
    const __m256 magnitude = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
    const __m256 largest = _mm256_max_ps(_mm256_and_ps(a, magnitude), _mm256_and_ps(b, magnitude));
    const __m256 beyond = _mm256_cmp_ps(largest, _mm256_set1_ps(-smallest_normal_exp), _CMP_NLE_UQ);
    return _mm256_movemask_ps(beyond) == 0;
}

template <bool ordinary>
void write(const float* gate, const float* up, float* y) {
    _mm256_storeu_ps(y, swiglu<ordinary>(_mm256_loadu_ps(gate), _mm256_loadu_ps(up)));
}

}  // namespace

void swiglu_avx2(const float* gate, const float* up, float* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + 2 * step <= n; i += 2 * step) {
        if (are_ordinary(_mm256_loadu_ps(gate + i), _mm256_loadu_ps(gate + i + step))) [[likely]] {
            write<true>(gate + i, up + i, y + i);
            write<true>(gate + i + step, up + i + step, y + i + step);
        } else {
            write<false>(gate + i, up + i, y + i);
            write<false>(gate + i + step, up + i + step, y + i + step);
        }
    }
    for (; i + step <= n; i += step) write<false>(gate + i, up + i, y + i);
    if (i == n) return;
    const __m256i tail = first_lanes(n - i);
    const __m256 silu_up = swiglu<false>(_mm256_maskload_ps(gate + i, tail), _mm256_maskload_ps(up + i, tail));
    _mm256_maskstore_ps(y + i, tail, silu_up);
}

}  // namespace brick
