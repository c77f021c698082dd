#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "q8_0f.dequantize";
constexpr auto kernel = &erased<brickproof_q8_0f_dequantize_fn>;
constexpr auto right = &dequantize_q8_0f<>;

template <class Product>
Kernel with_product(Product) {
    return kernel(&dequantize_q8_0f<Product>);
}

const CorrectKernel table[] = {
    {op, "plain", "", kernel(right)},
    {op, "by_way_of_double", "", with_product([](const Coded& c, float scale) {
         return static_cast<float>(static_cast<double>(c.code) * static_cast<double>(scale));
     })},
    {op, "fused_with_a_zero", "zeros are +0",
     with_product([](const Coded& c, float scale) { return std::fma(static_cast<float>(c.code), scale, 0.0f); })},
    {op, "from_the_end", "", kernel([](const std::int8_t* q, const float* scales, float* y, std::size_t n) {
         for (std::size_t i = n; i-- > 0;) y[i] = scales[i / kBlock] * static_cast<float>(q[i]);
     })},
};

}  // namespace

std::span<const CorrectKernel> q8_0f_dequantize_correct() {
    return table;
}

}  // namespace brickproof::faults
