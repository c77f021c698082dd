#include <immintrin.h>

#include "f16_from_f32/f16_from_f32_kernels.hpp"

namespace brick {

void f16_from_f32_avx2(const float* x, std::uint16_t* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(y + i), halves);
    }
    f16_from_f32_scalar(x + i, y + i, n - i);
}

}  // namespace brick
