#include "bench/machine/op_work.hpp"

#include <algorithm>
#include <array>

namespace brickproof::bench {
namespace {

constexpr double of_exp = 6.0;
constexpr double of_sine_and_cosine = 10.0;
constexpr double block = 32.0;

using Sizes = std::array<double, 4>;

// A product with the reciprocal of the block's scale; the scale and its reciprocal are a division each.
Work quantize(const Sizes& n) {
    return {.multiply_adds = n[0], .divisions = n[0] / block};
}
Work dequantize(const Sizes& n) {
    return {.multiply_adds = n[0]};
}
Work q8_0_dot(const Sizes& n) {
    return {.multiply_adds = n[0] / block, .int8_multiply_adds = n[0]};
}
Work q8_0_gemv(const Sizes& n) {
    return q8_0_dot({n[0] * n[1]});
}
Work gemv(const Sizes& n) {
    return {.multiply_adds = n[0] * n[1]};
}
// A sum of squares, and two products.
Work rms_norm(const Sizes& n) {
    return {.multiply_adds = 3.0 * n[0], .divisions = 1.0, .square_roots = 1.0};
}
// x - max, exp, the sum, and a product with its reciprocal.
Work softmax(const Sizes& n) {
    return {.multiply_adds = (of_exp + 3.0) * n[0], .divisions = 1.0};
}
// gate / (1 + exp(-gate)) times up.
Work swiglu(const Sizes& n) {
    return {.multiply_adds = (of_exp + 2.0) * n[0], .divisions = n[0]};
}
// Four products, two of which add, for a pair; the angles are the same for all heads.
Work rope(const Sizes& n) {
    return {.multiply_adds = 2.0 * n[0] * n[1] + of_sine_and_cosine * n[1] / 2.0};
}
// q k, exp, and the sum of v, for each head and key.
Work attention(const Sizes& n) {
    return {.multiply_adds = n[0] * n[1] * (2.0 * n[3] + of_exp + 2.0), .divisions = n[1]};
}
Work none(const Sizes&) {
    return {};
}

struct Known {
    std::string_view op;
    Work (*work)(const Sizes&);
};
constexpr std::array known = std::to_array<Known>({
    {"q8_0.quantize", quantize},
    {"q8_0.dequantize", dequantize},
    {"q8_0.dot", q8_0_dot},
    {"q8_0.gemv", q8_0_gemv},
    {"q8_0f.quantize", quantize},
    {"q8_0f.dequantize", dequantize},
    {"f16.from_f32", none},
    {"f16.to_f32", none},
    {"gemv", gemv},
    {"rms_norm", rms_norm},
    {"softmax", softmax},
    {"swiglu", swiglu},
    {"rope", rope},
    {"attention", attention},
});

}  // namespace

Work work_of(std::string_view op, std::span<const std::size_t> sizes) {
    const auto entry = std::ranges::find(known, op, &Known::op);
    if (entry == known.end()) return {};
    Sizes values{};
    for (std::size_t i = 0; i < std::min(sizes.size(), values.size()); ++i)
        values[i] = static_cast<double>(sizes[i]);
    return entry->work(values);
}

}  // namespace brickproof::bench
