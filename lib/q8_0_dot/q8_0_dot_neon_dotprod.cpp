#include "q8_0_dot/q8_0_dot_neon.hpp"

#include "q8_0_dot/q8_0_dot_kernels.hpp"

namespace brick {

float q8_0_dot_neon_dotprod(const brickproof_q8_0* a, const brickproof_q8_0* b, std::size_t n) {
    return dot_of_groups<add_products_sdot>(a, b, n);
}

}  // namespace brick
