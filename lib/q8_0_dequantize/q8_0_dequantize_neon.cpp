#include <arm_neon.h>

#include "q8_0_dequantize/q8_0_dequantize_kernels.hpp"
#include "support/block_neon.hpp"

namespace brick {

void q8_0_dequantize_neon(const brickproof_q8_0* x, float* y, std::size_t n) {
    for (std::size_t b = 0; b < n / BRICKPROOF_Q8_0_BLOCK; ++b) {
        const float32x4_t scale = vcvt_f32_f16(vreinterpret_f16_u16(vdup_n_u16(x[b].d)));
        store_scaled(y + b * BRICKPROOF_Q8_0_BLOCK, x[b].qs, scale);
    }
}

}  // namespace brick
