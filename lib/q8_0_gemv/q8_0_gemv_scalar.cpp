#include "q8_0_gemv/q8_0_gemv_kernels.hpp"
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

void q8_0_gemv_scalar(const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, std::size_t rows,
                      std::size_t cols) {
    const std::size_t blocks = cols / BRICKPROOF_Q8_0_BLOCK;
    for (std::size_t row = 0; row < rows; ++row) {
        const brickproof_q8_0* row_blocks = w + row * blocks;
        float sum = 0;
        for (std::size_t i = 0; i < blocks; ++i) {
            const float scale = float_from_half(row_blocks[i].d) * float_from_half(x[i].d);  // 22 bits: exact
            sum += scale * static_cast<float>(integer_sum(row_blocks[i], x[i]));
        }
        y[row] = sum;
    }
}

}  // namespace brick
