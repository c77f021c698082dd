#include <arm_neon.h>

#include "f16_from_f32/f16_from_f32_kernels.hpp"

namespace brick {

void f16_from_f32_neon(const float* x, std::uint16_t* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + 4 <= n; i += 4) vst1_u16(y + i, vreinterpret_u16_f16(vcvt_f16_f32(vld1q_f32(x + i))));
    f16_from_f32_scalar(x + i, y + i, n - i);
}

}  // namespace brick
