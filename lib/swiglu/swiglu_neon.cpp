#include <arm_neon.h>

#include "support/exp_neon.hpp"
#include "swiglu/swiglu_kernels.hpp"

namespace brick {

void swiglu_neon(const float* gate, const float* up, float* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const float32x4_t g = vld1q_f32(gate + i);
        const float32x4_t silu = vdivq_f32(g, vaddq_f32(vdupq_n_f32(1.0f), exp_f32(vnegq_f32(g))));
        vst1q_f32(y + i, vmulq_f32(silu, vld1q_f32(up + i)));
    }
    swiglu_scalar(gate + i, up + i, y + i, n - i);
}

}  // namespace brick
