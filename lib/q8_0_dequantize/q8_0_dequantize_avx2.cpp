#include <immintrin.h>

#include "q8_0_dequantize/q8_0_dequantize_kernels.hpp"
#include "support/stream_avx2.hpp"

namespace brick {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;

__m256 scale_of(const brickproof_q8_0& block) {
    return _mm256_cvtph_ps(_mm_set1_epi16(static_cast<short>(block.d)));
}

__m256 eight_values(const std::int8_t* qs, __m256 scale) {
    const __m128i quants = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(qs));
    return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(quants)), scale);
}

void dequantize_cached(const brickproof_q8_0* x, float* y, std::size_t blocks) {
    for (std::size_t b = 0; b < blocks; ++b) {
        const __m256 scale = scale_of(x[b]);
        for (std::size_t i = 0; i < block_size; i += 8) {
            _mm256_storeu_ps(y + b * block_size + i, eight_values(x[b].qs + i, scale));
        }
    }
}

void stream_values(float* y, __m256 values) {
    _mm_stream_ps(y, _mm256_castps256_ps128(values));
    _mm_stream_ps(y + 4, _mm256_extractf128_ps(values, 1));
}

// The same past the caches, for y aligned to 16 bytes.
void dequantize_streamed(const brickproof_q8_0* x, float* y, std::size_t blocks) {
    for (std::size_t b = 0; b < blocks; ++b) {
        const __m256 scale = scale_of(x[b]);
        for (std::size_t i = 0; i < block_size; i += 8) {
            stream_values(y + b * block_size + i, eight_values(x[b].qs + i, scale));
        }
    }
    _mm_sfence();
}

}  // namespace

void q8_0_dequantize_avx2(const brickproof_q8_0* x, float* y, std::size_t n) {
    const std::size_t blocks = n / block_size;
    const bool aligned = reinterpret_cast<std::uintptr_t>(y) % sizeof(__m128) == 0;
    if (aligned && n * sizeof(float) >= streamed_bytes) {
        dequantize_streamed(x, y, blocks);
    } else {
        dequantize_cached(x, y, blocks);
    }
}

}  // namespace brick
