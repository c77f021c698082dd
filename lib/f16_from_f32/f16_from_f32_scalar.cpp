#include "f16_from_f32/f16_from_f32_kernels.hpp"
#include "support/half.hpp"

namespace brick {

void f16_from_f32_scalar(const float* x, std::uint16_t* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) y[i] = half_from_float(x[i]);
}

}  // namespace brick
