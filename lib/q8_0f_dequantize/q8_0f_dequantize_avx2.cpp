#include <immintrin.h>

#include "q8_0f_dequantize/q8_0f_dequantize_kernels.hpp"
#include "support/stream_avx2.hpp"

namespace brick {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;

template <auto write>
void dequantize_blocks(const std::int8_t* q, const float* scales, float* y, std::size_t blocks) {
    for (std::size_t b = 0; b < blocks; ++b) {
        const __m256 scale = _mm256_broadcast_ss(scales + b);
        for (std::size_t i = 0; i < block_size; i += 8) {
            const __m128i quants = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(q + b * block_size + i));
            const __m256 values = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(quants));
            write(y + b * block_size + i, _mm256_mul_ps(values, scale));
        }
    }
}

}  // namespace

void q8_0f_dequantize_avx2(const std::int8_t* q, const float* scales, float* y, std::size_t n) {
    const std::size_t blocks = n / block_size;
    if (is_streamed(y, n)) {
        dequantize_blocks<stream_values>(q, scales, y, blocks);
        _mm_sfence();
    } else {
        dequantize_blocks<store_values>(q, scales, y, blocks);
    }
    const std::size_t done = blocks * block_size;
    q8_0f_dequantize_scalar(q + done, scales + blocks, y + done, n - done);
}

}  // namespace brick
