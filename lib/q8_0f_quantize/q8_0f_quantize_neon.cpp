#include <arm_neon.h>

#include "q8_0f_quantize/q8_0f_quantize_kernels.hpp"
#include "support/block_neon.hpp"

namespace brick {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;

// By the quotient itself: AArch64 rounds ties away in one instruction, and nothing has to be proved about a
// product.
void quantize_block(const float* x, std::int8_t* q, float& scale) {
    const float amax = block_amax(x);
    scale = amax <= 1e-10f ? 1.0f / 127.0f : amax / 127.0f;
    if (!is_finite(amax)) return store_zeros(q);
    const float32x4_t divisor = vdupq_n_f32(scale);
    store_rounded(q, [&](std::size_t i) { return vdivq_f32(vld1q_f32(x + i), divisor); });
}

}  // namespace

void q8_0f_quantize_neon(const float* x, std::int8_t* q, float* scales, std::size_t n) {
    std::size_t i = 0;
    for (; i + block_size <= n; i += block_size) quantize_block(x + i, q + i, scales[i / block_size]);
    q8_0f_quantize_scalar(x + i, q + i, scales + i / block_size, n - i);
}

}  // namespace brick
