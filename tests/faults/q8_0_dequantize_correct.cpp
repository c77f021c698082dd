#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "q8_0.dequantize";
constexpr auto kernel = &erased<brickproof_q8_0_dequantize_fn>;
constexpr auto right = &dequantize_q8_0<>;

template <class Product>
Kernel with_product(Product) {
    return kernel(&dequantize_q8_0<Product>);
}

const CorrectKernel table[] = {
    {op, "plain", "", kernel(right)},
    {op, "by_way_of_double", "", with_product([](const Coded& c, float scale) {
         return static_cast<float>(static_cast<double>(c.code) * static_cast<double>(scale));
     })},
    {op, "fused_with_a_zero", "zeros are +0",
     with_product([](const Coded& c, float scale) { return std::fma(static_cast<float>(c.code), scale, 0.0f); })},
    {op, "magnitude_then_sign", "zeros of negative scales are +0", with_product([](const Coded& c, float scale) {
         const float magnitude = static_cast<float>(std::abs(c.code)) * std::fabs(scale);
         return (c.code < 0) != (scale < 0) && c.code != 0 ? -magnitude : magnitude;
     })},
    {op, "blocks_in_reverse", "", kernel([](const Block* x, float* y, std::size_t n) {
         for (std::size_t b = n / kBlock; b-- > 0;) right(x + b, y + b * kBlock, kBlock);
     })},
};

}  // namespace

std::span<const CorrectKernel> q8_0_dequantize_correct() {
    return table;
}

}  // namespace brickproof::faults
