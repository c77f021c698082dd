#include <immintrin.h>

#include "q8_0_dequantize/q8_0_dequantize_kernels.hpp"
#include "support/stream_avx2.hpp"

namespace brick {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;

__m256 scale_of(const brickproof_q8_0& block) {
    return _mm256_cvtph_ps(_mm_set1_epi16(static_cast<short>(block.d)));
}

template <auto write>
void dequantize_blocks(const brickproof_q8_0* x, float* y, std::size_t blocks) {
    for (std::size_t b = 0; b < blocks; ++b) {
        const __m256 scale = scale_of(x[b]);
        for (std::size_t i = 0; i < block_size; i += 8) {
            const __m128i quants = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(x[b].qs + i));
            const __m256 values = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(quants));
            write(y + b * block_size + i, _mm256_mul_ps(values, scale));
        }
    }
}

}  // namespace

void q8_0_dequantize_avx2(const brickproof_q8_0* x, float* y, std::size_t n) {
    if (!is_streamed(y, n)) return dequantize_blocks<store_values>(x, y, n / block_size);
    dequantize_blocks<stream_values>(x, y, n / block_size);
    _mm_sfence();
}

}  // namespace brick
