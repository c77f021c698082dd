// The scales of eight blocks of Q8_0 as floats. For AVX2 kernels only.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "brickproof/kernel_abi.h"
#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

// The barrier keeps the compiler from moving the shifts to the vector units, which have enough to do in the kernels
// that use this.
static inline long long four_scales(const brickproof_q8_0& a, const brickproof_q8_0& b, const brickproof_q8_0& c,
                                    const brickproof_q8_0& d) {
    std::uint64_t low = std::uint64_t{a.d} | std::uint64_t{b.d} << 16;
    std::uint64_t high = std::uint64_t{c.d} << 32 | std::uint64_t{d.d} << 48;
    asm("" : "+r"(low), "+r"(high));
    return static_cast<long long>(low | high);
}

// Lane k is the scale of block_at(k).
template <class BlockAt>
static inline __m256 eight_scales(const BlockAt& block_at) {
    return _mm256_cvtph_ps(_mm_set_epi64x(four_scales(block_at(4), block_at(5), block_at(6), block_at(7)),
                                          four_scales(block_at(0), block_at(1), block_at(2), block_at(3))));
}

static inline __m256 eight_scales(const brickproof_q8_0* blocks) {
    return eight_scales([blocks](std::size_t k) -> const brickproof_q8_0& { return blocks[k]; });
}

}  // namespace BRICK_TARGET
}  // namespace brick
