// One lane to all, and all lanes to one. For AVX2 kernels only. (static: see half.hpp.)
#pragma once

#include <immintrin.h>

#include <cstddef>

namespace brick {

template <std::size_t lane>
static inline __m256 every_lane(__m256 values) {
    const __m256 half = _mm256_permute2f128_ps(values, values, lane < 4 ? 0x00 : 0x11);
    return _mm256_permute_ps(half, lane % 4 * 0b01'01'01'01);
}

static inline float add_lanes(__m256 lanes) {
    __m128 sum = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
    sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
    return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

}  // namespace brick
