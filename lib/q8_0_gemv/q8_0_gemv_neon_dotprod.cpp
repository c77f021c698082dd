#include "q8_0_gemv/q8_0_gemv_neon.hpp"

#include "q8_0_gemv/q8_0_gemv_kernels.hpp"

namespace brick {

void q8_0_gemv_neon_dotprod(const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, std::size_t rows,
                            std::size_t cols) {
    gemv_of_groups<add_products_sdot>(w, x, y, rows, cols);
}

}  // namespace brick
