// The last vector of an array, of which only the first lanes exist. For AVX2 kernels only.
#pragma once

#include <immintrin.h>

#include <cstddef>

#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

// The mask of the first `count` of eight lanes, for masked loads and stores: what they leave out is not touched.
static inline __m256i first_lanes(std::size_t count) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lanes);
}

}  // namespace BRICK_TARGET
}  // namespace brick
