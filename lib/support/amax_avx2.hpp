// The largest magnitudes of eight blocks of 32 at once. For AVX2 kernels only.
#pragma once

#include <immintrin.h>

#include <cstddef>

#include "brickproof/kernel_abi.h"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

constexpr std::size_t group_blocks = 8;

// Magnitudes as bits; float_bits.hpp says why.
static inline __m256i magnitudes(const float* x) {
    const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x));
    return _mm256_and_si256(bits, _mm256_set1_epi32(0x7fffffff));
}

// The magnitudes of one block, reduced to eight.
static inline __m256i block_amax(const float* x) {
    const __m256i low = _mm256_max_epu32(magnitudes(x), magnitudes(x + 8));
    return _mm256_max_epu32(low, _mm256_max_epu32(magnitudes(x + 16), magnitudes(x + 24)));
}

// Two steps of the transposed reduction: neighbouring lanes of a and b meet, and the larger stays.
static inline __m256i max_interleaved32(__m256i a, __m256i b) {
    return _mm256_max_epu32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
}
static inline __m256i max_interleaved64(__m256i a, __m256i b) {
    return _mm256_max_epu32(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
}

// amax of up to eight blocks, lane k that of block k and 0 beyond: an 8x8 transposition with a maximum at each
// step.
static inline __m256i group_amax(const float* x, std::size_t blocks) {
    __m256i rows[group_blocks];
    for (std::size_t b = 0; b < group_blocks; ++b) {
        rows[b] = b < blocks ? block_amax(x + b * BRICKPROOF_Q8_0_BLOCK) : _mm256_setzero_si256();
    }
    const __m256i low = max_interleaved64(max_interleaved32(rows[0], rows[1]), max_interleaved32(rows[2], rows[3]));
    const __m256i high =
        max_interleaved64(max_interleaved32(rows[4], rows[5]), max_interleaved32(rows[6], rows[7]));
    return _mm256_max_epu32(_mm256_permute2x128_si256(low, high, 0x20), _mm256_permute2x128_si256(low, high, 0x31));
}

}  // namespace BRICK_TARGET
}  // namespace brick
