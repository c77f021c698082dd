#include <arm_neon.h>

#include "f16_to_f32/f16_to_f32_kernels.hpp"

namespace brick {

void f16_to_f32_neon(const std::uint16_t* x, float* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + 4 <= n; i += 4) vst1q_f32(y + i, vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(x + i))));
    f16_to_f32_scalar(x + i, y + i, n - i);
}

}  // namespace brick
