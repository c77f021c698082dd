#include <arm_neon.h>

#include <limits>

#include "softmax/softmax_kernels.hpp"
#include "support/exp_neon.hpp"

namespace brick {
namespace {

constexpr std::size_t step = 4;
constexpr float masked = -std::numeric_limits<float>::infinity();

// The last values of x, with masked entries behind its end: they change neither the maximum nor the sum.
float32x4_t load_tail(const float* x, std::size_t count) {
    float padded[step] = {masked, masked, masked, masked};
    for (std::size_t i = 0; i < count; ++i) padded[i] = x[i];
    return vld1q_f32(padded);
}

// vmaxnmq takes the number of a number and a (quiet) NaN.
float largest_of(const float* x, std::size_t n) {
    float32x4_t largest[4];
    for (float32x4_t& lanes : largest) lanes = vdupq_n_f32(masked);
    std::size_t i = 0;
    for (; i + 4 * step <= n; i += 4 * step) {
        for (std::size_t k = 0; k < 4; ++k) largest[k] = vmaxnmq_f32(largest[k], vld1q_f32(x + i + k * step));
    }
    for (; i + step <= n; i += step) largest[0] = vmaxnmq_f32(largest[0], vld1q_f32(x + i));
    if (i < n) largest[1] = vmaxnmq_f32(largest[1], load_tail(x + i, n - i));
    return vmaxnmvq_f32(vmaxnmq_f32(vmaxnmq_f32(largest[0], largest[1]), vmaxnmq_f32(largest[2], largest[3])));
}

// y = exp(x - shift); returns the sum.
float write_terms(const float* x, float* y, std::size_t n, float shift) {
    const float32x4_t shifts = vdupq_n_f32(shift);
    float32x4_t sum = vdupq_n_f32(0.0f);
    std::size_t i = 0;
    for (; i + step <= n; i += step) {
        const float32x4_t terms = exp_f32(vsubq_f32(vld1q_f32(x + i), shifts));
        vst1q_f32(y + i, terms);
        sum = vaddq_f32(sum, terms);
    }
    if (i < n) {
        float terms[step];
        vst1q_f32(terms, exp_f32(vsubq_f32(load_tail(x + i, n - i), shifts)));
        sum = vaddq_f32(sum, vld1q_f32(terms));
        for (std::size_t k = 0; i + k < n; ++k) y[i + k] = terms[k];
    }
    return vaddvq_f32(sum);
}

void multiply(float* y, std::size_t n, float factor) {
    std::size_t i = 0;
    for (; i + step <= n; i += step) vst1q_f32(y + i, vmulq_n_f32(vld1q_f32(y + i), factor));
    for (; i < n; ++i) y[i] *= factor;
}

}  // namespace

void softmax_neon(const float* x, float* y, std::size_t n) {
    const float largest = largest_of(x, n);
    const float shift = largest == masked ? 0.0f : largest;
    const float sum = write_terms(x, y, n, shift);
    multiply(y, n, sum == 0.0f ? 0.0f : 1.0f / sum);
}

}  // namespace brick
