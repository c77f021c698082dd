#include "q8_0f_dequantize/q8_0f_dequantize_kernels.hpp"

namespace brick {

void q8_0f_dequantize_scalar(const std::int8_t* q, const float* scales, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<float>(q[i]) * scales[i / BRICKPROOF_Q8_0_BLOCK];
}

}  // namespace brick
