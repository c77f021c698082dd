// Sixteen products of quants added to four int32 lanes, with and without the dot-product instruction.
#pragma once

#include <arm_neon.h>

#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

using AddProducts = int32x4_t(int32x4_t sums, int8x16_t a, int8x16_t b);

// A product of two int8 is at most 2^14 and fits int16, but two of -128 * -128 do not: every eight products are
// widened before they meet.
static inline int32x4_t add_products_widened(int32x4_t sums, int8x16_t a, int8x16_t b) {
    sums = vpadalq_s16(sums, vmull_s8(vget_low_s8(a), vget_low_s8(b)));
    return vpadalq_s16(sums, vmull_high_s8(a, b));
}

#if defined(__ARM_FEATURE_DOTPROD)
// In int32 throughout.
static inline int32x4_t add_products_sdot(int32x4_t sums, int8x16_t a, int8x16_t b) {
    return vdotq_s32(sums, a, b);
}
#endif

}  // namespace BRICK_TARGET
}  // namespace brick
