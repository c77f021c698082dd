#include "q8_0_quantize/q8_0_quantize_kernels.hpp"
#include "support/float_bits.hpp"
#include "support/half.hpp"

namespace brick {
namespace {

// 1 / d, or 0 where that is no finite number: d = 0, and d <= 2^-128, whose quants no half scale could bring back.
float inverse_or_zero(float d) {
    constexpr float largest_without_inverse = 0x1p-128f;
    return d > largest_without_inverse ? 1.0f / d : 0.0f;
}

// For every inverse that is used, d is accurate to 2^-22 and |x * inverse| < 127.5: no quant is ever beyond 127.
void quantize_block(const float* x, brickproof_q8_0& block) {
    const std::uint32_t amax = amax_bits(x, BRICKPROOF_Q8_0_BLOCK);
    const float d = std::bit_cast<float>(amax) / 127.0f;
    block.d = half_from_float(d);
    if (amax >= infinity_bits) {  // d is Inf or NaN, and so is every product with a quant of 0: NaN
        std::fill_n(block.qs, BRICKPROOF_Q8_0_BLOCK, std::int8_t{0});
        return;
    }
    const float inverse = inverse_or_zero(d);
    for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; ++i) {
        block.qs[i] = static_cast<std::int8_t>(round_half_away(x[i] * inverse));
    }
}

}  // namespace

void q8_0_quantize_scalar(const float* x, brickproof_q8_0* y, std::size_t n) {
    for (std::size_t b = 0; b < n / BRICKPROOF_Q8_0_BLOCK; ++b) quantize_block(x + b * BRICKPROOF_Q8_0_BLOCK, y[b]);
}

}  // namespace brick
