// One lane to all, and all lanes to one. For AVX2 kernels only.
#pragma once

#include <immintrin.h>

#include <cstddef>

#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

template <std::size_t lane>
static inline __m256 every_lane(__m256 values) {
    const __m256 half = _mm256_permute2f128_ps(values, values, lane < 4 ? 0x00 : 0x11);
    return _mm256_permute_ps(half, lane % 4 * 0b01'01'01'01);
}

static inline __m256i add_neighbours(__m256i a, __m256i b) {
    return _mm256_add_epi32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
}

static inline __m256i add_pairs(__m256i a, __m256i b) {
    return _mm256_add_epi32(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
}

// Lane k is the sum of the lanes of vector_of(k). A function, not an array: all eight vectors at once would take
// more registers than there are.
template <class VectorOf>
static inline __m256i add_lanes_of_eight(const VectorOf& vector_of) {
    const auto two = [&](std::size_t k) { return add_neighbours(vector_of(k), vector_of(k + 1)); };
    const __m256i low = add_pairs(two(0), two(2));
    const __m256i high = add_pairs(two(4), two(6));
    return _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x20), _mm256_permute2x128_si256(low, high, 0x31));
}

static inline float add_lanes(__m256 lanes) {
    __m128 sum = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
    sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
    return _mm_cvtss_f32(_mm_add_ss(sum, _mm_movehdup_ps(sum)));
}

}  // namespace BRICK_TARGET
}  // namespace brick
