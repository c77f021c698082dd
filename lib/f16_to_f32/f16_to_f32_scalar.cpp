#include "f16_to_f32/f16_to_f32_kernels.hpp"
#include "support/half.hpp"

namespace brick {

void f16_to_f32_scalar(const std::uint16_t* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = float_from_half(x[i]);
}

}  // namespace brick
