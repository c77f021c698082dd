#include <immintrin.h>

#include "support/exp_avx2.hpp"
#include "support/stream_avx2.hpp"
#include "support/tail_avx2.hpp"
#include "swiglu/swiglu_kernels.hpp"
#include "swiglu/swiglu_silu.hpp"

// Beside the division, which takes both pipes for a cycle, an ordinary vector has six multiplications and FMAs,
// three additions and four operations on integers: what two of four pipes do bounds it, which is why the steps are
// as they are.
namespace brick {
namespace {

constexpr std::size_t step = 8;
constexpr std::size_t group = 4 * step;

__m256i silu_steps(__m256 gate) {
    const __m256 steps = _mm256_fmadd_ps(gate, _mm256_set1_ps(silu_steps_per_unit), _mm256_set1_ps(silu_round));
    return _mm256_castps_si256(steps);
}

// Whether silu_near serves all whose steps were or-ed into this.
bool all_near(__m256i steps) {
    return _mm256_testz_si256(steps, _mm256_set1_epi32(static_cast<int>(silu_beyond))) != 0;
}

__m256 silu_near(__m256 gate, __m256i steps) {
    const __m256 n = _mm256_sub_ps(_mm256_castsi256_ps(steps), _mm256_set1_ps(silu_round));
    const __m256 rest = _mm256_fmadd_ps(n, _mm256_set1_ps(silu_step), gate);
    // The permutation looks at the three lowest bits of an index only.
    const auto* table = reinterpret_cast<const __m256i*>(silu_table.data());
    const __m256i looked_up = _mm256_permutevar8x32_epi32(_mm256_loadu_si256(table), steps);
    const __m256i power = _mm256_add_epi32(_mm256_slli_epi32(steps, silu_exponent_shift), looked_up);
    const __m256 linear = _mm256_sub_ps(_mm256_set1_ps(silu_root), rest);
    const __m256 shifted = _mm256_sub_ps(rest, _mm256_set1_ps(silu_linear));
    const __m256 quadratic = _mm256_fmadd_ps(shifted, rest, _mm256_set1_ps(silu_constant));
    const __m256 scaled = _mm256_mul_ps(_mm256_castsi256_ps(power), linear);
    return _mm256_div_ps(gate, _mm256_fmadd_ps(scaled, quadratic, _mm256_set1_ps(1.0f)));
}

__m256 silu_far(__m256 gate) {
    const __m256 negative = _mm256_min_ps(_mm256_setzero_ps(), gate);  // the second operand, if one is NaN
    const __m256 half = exp_f32(_mm256_mul_ps(_mm256_set1_ps(0.5f), negative));
    return _mm256_mul_ps(_mm256_mul_ps(gate, half), half);
}

// Of any gates.
__m256 silu(__m256 gate) {
    const __m256i steps = silu_steps(gate);
    if (all_near(steps)) [[likely]]
        return silu_near(gate, steps);
    const __m256i beyond = _mm256_and_si256(steps, _mm256_set1_epi32(static_cast<int>(silu_beyond)));
    const __m256 near = _mm256_castsi256_ps(_mm256_cmpeq_epi32(beyond, _mm256_setzero_si256()));
    return _mm256_blendv_ps(silu_far(gate), silu_near(gate, steps), near);
}

// Writes a vector as if its gates were near; the steps tell whether they were.
__m256i write_near(const float* gate, const float* up, float* y) {
    const __m256 gates = _mm256_loadu_ps(gate);
    const __m256i steps = silu_steps(gates);
    _mm256_storeu_ps(y, _mm256_mul_ps(silu_near(gates, steps), _mm256_loadu_ps(up)));
    return steps;
}

template <auto store>
void write(const float* gate, const float* up, float* y) {
    store(y, _mm256_mul_ps(silu(_mm256_loadu_ps(gate)), _mm256_loadu_ps(up)));
}

void write_first(const float* gate, const float* up, float* y, std::size_t count) {
    const __m256i mask = first_lanes(count);
    const __m256 silu_up = _mm256_mul_ps(silu(_mm256_maskload_ps(gate, mask)), _mm256_maskload_ps(up, mask));
    _mm256_maskstore_ps(y, mask, silu_up);
}

// The values that fill whole groups of vectors; returns how many those are.
std::size_t write_groups(const float* gate, const float* up, float* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + group <= n; i += group) {
        __m256i steps = write_near(gate + i, up + i, y + i);
        for (std::size_t k = step; k < group; k += step)
            steps = _mm256_or_si256(steps, write_near(gate + i + k, up + i + k, y + i + k));
        if (all_near(steps)) [[likely]]
            continue;
        for (std::size_t k = 0; k < group; k += step) write<store_values>(gate + i + k, up + i + k, y + i + k);
    }
    return i;
}

// Memory bounds this: each vector is looked at by itself, and nothing is written twice.
std::size_t write_streamed(const float* gate, const float* up, float* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + step <= n; i += step) write<stream_values>(gate + i, up + i, y + i);
    _mm_sfence();
    return i;
}

}  // namespace

void swiglu_avx2(const float* gate, const float* up, float* y, std::size_t n) {
    std::size_t i = is_streamed(y, n) ? write_streamed(gate, up, y, n) : write_groups(gate, up, y, n);
    for (; i + step <= n; i += step) write<store_values>(gate + i, up + i, y + i);
    if (i < n) write_first(gate + i, up + i, y + i, n - i);
}

}  // namespace brick
