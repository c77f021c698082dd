#include <arm_neon.h>

#include "support/exp_neon.hpp"
#include "swiglu/swiglu_kernels.hpp"
#include "swiglu/swiglu_silu.hpp"

namespace brick {
namespace {

constexpr std::size_t step = 4;
constexpr std::size_t group = 4 * step;

uint32x4_t silu_steps(float32x4_t gate) {
    return vreinterpretq_u32_f32(vfmaq_f32(vdupq_n_f32(silu_round), gate, vdupq_n_f32(silu_steps_per_unit)));
}

// Whether silu_near serves all whose steps were or-ed into this.
bool all_near(uint32x4_t steps) {
    return vmaxvq_u32(vandq_u32(steps, vdupq_n_u32(silu_beyond))) == 0;
}

// silu_table[steps % 8] in each lane, byte by byte: entry i starts at byte 4 i.
uint32x4_t looked_up(uint32x4_t steps) {
    const uint8x16x2_t table = {vreinterpretq_u8_u32(vld1q_u32(silu_table.data())),
                                vreinterpretq_u8_u32(vld1q_u32(silu_table.data() + 4))};
    const uint32x4_t entry = vandq_u32(steps, vdupq_n_u32(7));
    const uint32x4_t bytes = vmlaq_u32(vdupq_n_u32(0x03020100), entry, vdupq_n_u32(0x04040404));
    return vreinterpretq_u32_u8(vqtbl2q_u8(table, vreinterpretq_u8_u32(bytes)));
}

float32x4_t silu_near(float32x4_t gate, uint32x4_t steps) {
    const float32x4_t n = vsubq_f32(vreinterpretq_f32_u32(steps), vdupq_n_f32(silu_round));
    const float32x4_t rest = vfmaq_f32(gate, n, vdupq_n_f32(silu_step));
    const uint32x4_t power = vaddq_u32(vshlq_n_u32(steps, silu_exponent_shift), looked_up(steps));
    const float32x4_t linear = vsubq_f32(vdupq_n_f32(silu_root), rest);
    const float32x4_t shifted = vsubq_f32(rest, vdupq_n_f32(silu_linear));
    const float32x4_t quadratic = vfmaq_f32(vdupq_n_f32(silu_constant), shifted, rest);
    const float32x4_t scaled = vmulq_f32(vreinterpretq_f32_u32(power), linear);
    return vdivq_f32(gate, vfmaq_f32(vdupq_n_f32(1.0f), scaled, quadratic));
}

// vminq keeps a NaN.
float32x4_t silu_far(float32x4_t gate) {
    const float32x4_t half = exp_f32(vmulq_n_f32(vminq_f32(gate, vdupq_n_f32(0.0f)), 0.5f));
    return vmulq_f32(vmulq_f32(gate, half), half);
}

// Of any gates.
float32x4_t silu(float32x4_t gate) {
    const uint32x4_t steps = silu_steps(gate);
    const uint32x4_t beyond = vtstq_u32(steps, vdupq_n_u32(silu_beyond));
    return vbslq_f32(beyond, silu_far(gate), silu_near(gate, steps));
}

// Writes a vector as if its gates were near; the steps tell whether they were.
uint32x4_t write_near(const float* gate, const float* up, float* y) {
    const float32x4_t gates = vld1q_f32(gate);
    const uint32x4_t steps = silu_steps(gates);
    vst1q_f32(y, vmulq_f32(silu_near(gates, steps), vld1q_f32(up)));
    return steps;
}

}  // namespace

void swiglu_neon(const float* gate, const float* up, float* y, std::size_t n) {
    std::size_t i = 0;
    for (; i + group <= n; i += group) {
        uint32x4_t steps = write_near(gate + i, up + i, y + i);
        for (std::size_t k = step; k < group; k += step)
            steps = vorrq_u32(steps, write_near(gate + i + k, up + i + k, y + i + k));
        if (all_near(steps)) [[likely]]
            continue;
        for (std::size_t k = 0; k < group; k += step)
            vst1q_f32(y + i + k, vmulq_f32(silu(vld1q_f32(gate + i + k)), vld1q_f32(up + i + k)));
    }
    swiglu_scalar(gate + i, up + i, y + i, n - i);
}

}  // namespace brick
