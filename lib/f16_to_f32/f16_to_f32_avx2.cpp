#include <immintrin.h>

#include "f16_to_f32/f16_to_f32_kernels.hpp"
#include "support/stream_avx2.hpp"

namespace brick {
namespace {

constexpr std::size_t step = 8;

template <auto write>
void widen_vector(const std::uint16_t* x, float* y) {
    write(y, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(x))));
}

// Widens n / step vectors.
template <auto write>
void widen(const std::uint16_t* x, float* y, std::size_t n) {
    constexpr std::size_t group = 4 * step;
    std::size_t i = 0;
    for (; i + group <= n; i += group)
        for (std::size_t k = 0; k < group; k += step) widen_vector<write>(x + i + k, y + i + k);
    for (; i + step <= n; i += step) widen_vector<write>(x + i, y + i);
}

}  // namespace

void f16_to_f32_avx2(const std::uint16_t* x, float* y, std::size_t n) {
    if (is_streamed(y, n)) {
        widen<stream_values>(x, y, n);
        _mm_sfence();
    } else {
        widen<store_values>(x, y, n);
    }
    const std::size_t done = n / step * step;
    f16_to_f32_scalar(x + done, y + done, n - done);
}

}  // namespace brick
