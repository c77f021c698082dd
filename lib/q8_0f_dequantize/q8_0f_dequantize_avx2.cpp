#include <immintrin.h>

#include "q8_0f_dequantize/q8_0f_dequantize_kernels.hpp"

namespace brick {

void q8_0f_dequantize_avx2(const std::int8_t* q, const float* scales, float* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + BRICKPROOF_Q8_0_BLOCK <= n; i += BRICKPROOF_Q8_0_BLOCK) {
        const __m256 scale = _mm256_broadcast_ss(scales + i / BRICKPROOF_Q8_0_BLOCK);
        for (std::size_t j = i; j < i + BRICKPROOF_Q8_0_BLOCK; j += 8) {
            const __m128i quants = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(q + j));
            _mm256_storeu_ps(y + j, _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(quants)), scale));
        }
    }
    q8_0f_dequantize_scalar(q + i, scales + i / BRICKPROOF_Q8_0_BLOCK, y + i, n - i);
}

}  // namespace brick
