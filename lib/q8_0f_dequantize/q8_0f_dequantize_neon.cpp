#include <arm_neon.h>

#include "q8_0f_dequantize/q8_0f_dequantize_kernels.hpp"
#include "support/block_neon.hpp"

namespace brick {

void q8_0f_dequantize_neon(const std::int8_t* q, const float* scales, float* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + BRICKPROOF_Q8_0_BLOCK <= n; i += BRICKPROOF_Q8_0_BLOCK) {
        store_scaled(y + i, q + i, vdupq_n_f32(scales[i / BRICKPROOF_Q8_0_BLOCK]));
    }
    q8_0f_dequantize_scalar(q + i, scales + i / BRICKPROOF_Q8_0_BLOCK, y + i, n - i);
}

}  // namespace brick
