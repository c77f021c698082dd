#include "q8_0_dequantize/q8_0_dequantize_kernels.hpp"
#include "support/half.hpp"

namespace brick {

void q8_0_dequantize_scalar(const brickproof_q8_0* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        const brickproof_q8_0& block = x[i / BRICKPROOF_Q8_0_BLOCK];
        y[i] = static_cast<float>(block.qs[i % BRICKPROOF_Q8_0_BLOCK]) * float_from_half(block.d);
    }
}

}  // namespace brick
