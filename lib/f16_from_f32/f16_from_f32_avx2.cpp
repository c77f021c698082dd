#include <immintrin.h>

#include "f16_from_f32/f16_from_f32_kernels.hpp"

namespace brick {
namespace {

constexpr std::size_t step = 8;

void narrow_vector(const float* x, std::uint16_t* y) {
    const __m128i halves = _mm256_cvtps_ph(_mm256_loadu_ps(x), _MM_FROUND_TO_NEAREST_INT);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(y), halves);
}

}  // namespace

void f16_from_f32_avx2(const float* x, std::uint16_t* y, std::size_t n) {
    constexpr std::size_t group = 4 * step;
    std::size_t i = 0;
    for (; i + group <= n; i += group)
        for (std::size_t k = 0; k < group; k += step) narrow_vector(x + i + k, y + i + k);
    for (; i + step <= n; i += step) narrow_vector(x + i, y + i);
    f16_from_f32_scalar(x + i, y + i, n - i);
}

}  // namespace brick
