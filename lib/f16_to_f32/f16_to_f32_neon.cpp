#include <arm_neon.h>

#include "f16_to_f32/f16_to_f32_kernels.hpp"

namespace brick {
namespace {

void convert_eight(const std::uint16_t* x, float* y) {
    const float16x8_t halves = vreinterpretq_f16_u16(vld1q_u16(x));
    vst1q_f32(y, vcvt_f32_f16(vget_low_f16(halves)));
    vst1q_f32(y + 4, vcvt_high_f32_f16(halves));
}

}  // namespace

void f16_to_f32_neon(const std::uint16_t* x, float* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + 32 <= n; i += 32)
        for (std::size_t k = 0; k < 32; k += 8) convert_eight(x + i + k, y + i + k);
    for (; i + 4 <= n; i += 4) vst1q_f32(y + i, vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(x + i))));
    f16_to_f32_scalar(x + i, y + i, n - i);
}

}  // namespace brick
