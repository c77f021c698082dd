#include <immintrin.h>

#include "f16_to_f32/f16_to_f32_kernels.hpp"

namespace brick {

void f16_to_f32_avx2(const std::uint16_t* x, float* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i));
        _mm256_storeu_ps(y + i, _mm256_cvtph_ps(halves));
    }
    f16_to_f32_scalar(x + i, y + i, n - i);
}

}  // namespace brick
