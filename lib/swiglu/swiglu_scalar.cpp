#include "support/exp.hpp"
#include "swiglu/swiglu_kernels.hpp"

namespace brick {

void swiglu_scalar(const float* gate, const float* up, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        const float silu = gate[i] / (1.0f + exp_f32(-gate[i]));
        y[i] = silu * up[i];
    }
}

}  // namespace brick
