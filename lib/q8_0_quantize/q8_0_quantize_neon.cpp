#include <arm_neon.h>

#include "q8_0_quantize/q8_0_quantize_kernels.hpp"
#include "support/block_neon.hpp"

namespace brick {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;

std::uint16_t half_of(float value) {
    return vget_lane_u16(vreinterpret_u16_f16(vcvt_f16_f32(vdupq_n_f32(value))), 0);
}

void quantize_block(const float* x, brickproof_q8_0& block) {
    const float amax = block_amax(x);
    const float d = amax / 127.0f;
    block.d = half_of(d);
    if (!is_finite(amax)) return store_zeros(block.qs);
    const float32x4_t inverse = vdupq_n_f32(d > 0x1p-128f ? 1.0f / d : 0.0f);
    store_rounded(block.qs, [&](std::size_t i) { return vmulq_f32(vld1q_f32(x + i), inverse); });
}

}  // namespace

void q8_0_quantize_neon(const float* x, brickproof_q8_0* y, std::size_t n) {
    for (std::size_t b = 0; b < n / block_size; ++b) quantize_block(x + b * block_size, y[b]);
}

}  // namespace brick
