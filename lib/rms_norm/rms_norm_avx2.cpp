#include <immintrin.h>

#include "rms_norm/rms_norm_factor.hpp"
#include "rms_norm/rms_norm_kernels.hpp"
#include "support/stream_avx2.hpp"
#include "support/tail_avx2.hpp"

namespace brick {
namespace {

constexpr std::size_t vectors = rms_norm_lanes / 4;  // of four partial sums each

__m256d plus_squares(__m256d sums, __m128 values) {
    const __m256d wide = _mm256_cvtps_pd(values);
    return _mm256_fmadd_pd(wide, wide, sums);
}

// The first `count` of four values, and zeros for the others, which are not read.
__m128 first_values(const float* x, std::size_t count) {
    return _mm_maskload_ps(x, _mm256_castsi256_si128(first_lanes(count)));
}

// In the order of rms_norm_factor.hpp.
double folded(__m256d (&partial)[vectors]) {
    for (std::size_t width = vectors / 2; width > 0; width /= 2)
        for (std::size_t k = 0; k < width; ++k) partial[k] = _mm256_add_pd(partial[k], partial[k + width]);
    const __m128d pair = _mm_add_pd(_mm256_castpd256_pd128(partial[0]), _mm256_extractf128_pd(partial[0], 1));
    return _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)));
}

double sum_of_squares(const float* x, std::size_t n) {
    __m256d partial[vectors];
    for (__m256d& sums : partial) sums = _mm256_setzero_pd();
    std::size_t i = 0;
    for (; i + rms_norm_lanes <= n; i += rms_norm_lanes)
        for (std::size_t k = 0; k < vectors; ++k)
            partial[k] = plus_squares(partial[k], _mm_loadu_ps(x + i + 4 * k));
    const std::size_t rest = n - i;
    for (std::size_t k = 0; k < vectors && 4 * k < rest; ++k)
        partial[k] = plus_squares(partial[k], first_values(x + i + 4 * k, rest - 4 * k));
    return folded(partial);
}

template <auto store>
void write_scaled(const float* x, const float* weight, __m256 factors, float* y) {
    const __m256 normalised = _mm256_mul_ps(_mm256_loadu_ps(x), factors);
    store(y, _mm256_mul_ps(normalised, _mm256_loadu_ps(weight)));
}

template <auto store>
void write_all_scaled(const float* x, const float* weight, float factor, float* y, std::size_t n) {
    constexpr std::size_t group = 16;  // four vectors at a time are slower from L2
    const __m256 factors = _mm256_set1_ps(factor);
    std::size_t i = 0;
    for (; i + group <= n; i += group)
        for (std::size_t k = i; k < i + group; k += 8) write_scaled<store>(x + k, weight + k, factors, y + k);
    for (; i + 8 <= n; i += 8) write_scaled<store>(x + i, weight + i, factors, y + i);
    scale_values(x + i, weight + i, factor, y + i, n - i);
}

}  // namespace

void rms_norm_avx2(const float* x, const float* weight, float* y, std::size_t n, float eps) {
    const float factor = rms_norm_factor(sum_of_squares(x, n), n, eps);
    if (!is_streamed(y, n)) return write_all_scaled<store_values>(x, weight, factor, y, n);
    write_all_scaled<stream_values>(x, weight, factor, y, n);
    _mm_sfence();
}

}  // namespace brick
