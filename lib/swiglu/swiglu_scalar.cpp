#include "swiglu/swiglu_kernels.hpp"
#include "swiglu/swiglu_silu.hpp"

namespace brick {

void swiglu_scalar(const float* gate, const float* up, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = silu(gate[i]) * up[i];
}

}  // namespace brick
