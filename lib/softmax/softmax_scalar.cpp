#include <limits>

#include "softmax/softmax_kernels.hpp"
#include "support/exp.hpp"

namespace brick {
namespace {

constexpr float masked = -std::numeric_limits<float>::infinity();

float largest_of(const float* x, std::size_t n) {
    float largest = masked;
    for (std::size_t i = 0; i < n; ++i) largest = x[i] > largest ? x[i] : largest;
    return largest;
}

}  // namespace

// NaNs are passed over by the maximum and come back with the sum.
void softmax_scalar(const float* x, float* y, std::size_t n) {
    const float largest = largest_of(x, n);
    const float shift = largest == masked ? 0.0f : largest;  // nothing is left, unless NaNs: -Inf - -Inf is NaN
    float sum = 0.0f;
    for (std::size_t i = 0; i < n; ++i) {
        y[i] = exp_f32(x[i] - shift);
        sum += y[i];
    }
    const float scale = sum == 0.0f ? 0.0f : 1.0f / sum;
    for (std::size_t i = 0; i < n; ++i) y[i] *= scale;
}

}  // namespace brick
