#include "q8_0_dot/q8_0_dot_kernels.hpp"
#include "support/half.hpp"

namespace brick {
namespace {

// At most 32 * 128 * 128 = 2^19 in magnitude: exact as a float.
std::int32_t integer_sum(const brickproof_q8_0& a, const brickproof_q8_0& b) {
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; ++i) sum += a.qs[i] * b.qs[i];
    return sum;
}

}  // namespace

float q8_0_dot_scalar(const brickproof_q8_0* a, const brickproof_q8_0* b, std::size_t n) {
    float sum = 0;
    for (std::size_t i = 0; i < n / BRICKPROOF_Q8_0_BLOCK; ++i) {
        const float scale = float_from_half(a[i].d) * float_from_half(b[i].d);  // 22 bits: exact
        sum += scale * static_cast<float>(integer_sum(a[i], b[i]));
    }
    return sum;
}

}  // namespace brick
