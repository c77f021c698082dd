#include <arm_neon.h>

#include "rms_norm/rms_norm_factor.hpp"
#include "rms_norm/rms_norm_kernels.hpp"

namespace brick {
namespace {

constexpr std::size_t vectors = rms_norm_lanes / 2;  // of two partial sums each

double sum_of_squares(const float* x, std::size_t n) {
    float64x2_t partial[vectors];
    for (float64x2_t& sum : partial) sum = vdupq_n_f64(0.0);
    std::size_t i = 0;
    for (; i + rms_norm_lanes <= n; i += rms_norm_lanes) {
        for (std::size_t k = 0; k < vectors; k += 2) {
            const float32x4_t four = vld1q_f32(x + i + 2 * k);
            const float64x2_t low = vcvt_f64_f32(vget_low_f32(four));
            const float64x2_t high = vcvt_high_f64_f32(four);
            partial[k] = vfmaq_f64(partial[k], low, low);
            partial[k + 1] = vfmaq_f64(partial[k + 1], high, high);
        }
    }
    double sums[rms_norm_lanes];
    for (std::size_t k = 0; k < vectors; ++k) vst1q_f64(sums + 2 * k, partial[k]);
    add_squares(sums, x + i, n - i);
    return folded(sums);
}

}  // namespace

void rms_norm_neon(const float* x, const float* weight, float* y, std::size_t n, float eps) {
    const float factor = rms_norm_factor(sum_of_squares(x, n), n, eps);
    std::size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const float32x4_t normalised = vmulq_n_f32(vld1q_f32(x + i), factor);
        vst1q_f32(y + i, vmulq_f32(normalised, vld1q_f32(weight + i)));
    }
    scale_values(x + i, weight + i, factor, y + i, n - i);
}

}  // namespace brick
