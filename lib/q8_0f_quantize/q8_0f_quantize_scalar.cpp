#include "q8_0f_quantize/q8_0f_quantize_kernels.hpp"
#include "support/float_bits.hpp"

namespace brick {
namespace {

// count <= 32 values that make one block; values that are missing count as zeros, which change nothing.
void quantize_block(const float* x, std::int8_t* q, float& scale, std::size_t count) {
    constexpr float smallest_amax = 1e-10f;
    const std::uint32_t amax = amax_bits(x, count);
    scale = std::bit_cast<float>(amax) <= smallest_amax ? 1.0f / 127.0f : std::bit_cast<float>(amax) / 127.0f;
    if (amax >= infinity_bits) {  // the scale is Inf or NaN, and so is every product with a quant of 0: NaN
        std::fill_n(q, count, std::int8_t{0});
        return;
    }
    // |x / scale| <= 127 * (1 + 2u) as the scale is accurate to u: the clamp to 127 is in the rounding.
    for (std::size_t i = 0; i < count; ++i) q[i] = static_cast<std::int8_t>(round_half_away(x[i] / scale));
}

}  // namespace

void q8_0f_quantize_scalar(const float* x, std::int8_t* q, float* scales, std::size_t n) {
    for (std::size_t i = 0; i < n; i += BRICKPROOF_Q8_0_BLOCK) {
        const std::size_t count = std::min<std::size_t>(BRICKPROOF_Q8_0_BLOCK, n - i);
        quantize_block(x + i, q + i, scales[i / BRICKPROOF_Q8_0_BLOCK], count);
    }
}

}  // namespace brick
