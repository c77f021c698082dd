#include <vector>

#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "f16.to_f32";
constexpr auto kernel = &erased<brickproof_f16_to_f32_fn>;

template <class Convert>
Kernel with_conversion(Convert) {
    return kernel(&floats_from_halves<Convert>);
}

float by_table(std::uint16_t half) {
    static const std::vector<float> values = [] {
        std::vector<float> all(65536);
        for (unsigned bits = 0; bits < all.size(); ++bits) all[bits] = half_value(static_cast<std::uint16_t>(bits));
        return all;
    }();
    return values[half];
}

float by_multiplication(std::uint16_t half) {
    const float magnitude = std::bit_cast<float>((half & 0x7fffu) << 13) * 0x1p112f;  // normalises subnormals
    const bool top = (half & 0x7c00u) == 0x7c00u;
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(magnitude) | (top ? 0x7f800000u : 0u);
    return std::bit_cast<float>(bits | (half & 0x8000u) << 16);
}

float by_double_arithmetic(std::uint16_t half) {
    const int exponent = half >> 10 & 0x1f;
    const int fraction = half & 0x3ff;
    if (exponent == 31) return half_value(half);
    const double magnitude = std::ldexp(exponent == 0 ? fraction : fraction + 1024, std::max(exponent, 1) - 25);
    return static_cast<float>(half & 0x8000u ? -magnitude : magnitude);
}

using Index = std::size_t;

const CorrectKernel table[] = {
    {op, "by_shifts", "", kernel(&floats_from_halves<>)},
    {op, "by_table", "", with_conversion([](std::uint16_t half, Index, Index) { return by_table(half); })},
    {op, "by_multiplication", "",
     with_conversion([](std::uint16_t half, Index, Index) { return by_multiplication(half); })},
    {op, "by_double_arithmetic", "",
     with_conversion([](std::uint16_t half, Index, Index) { return by_double_arithmetic(half); })},
    {op, "one_nan_for_all", "sign and payload of a NaN", with_conversion([](std::uint16_t half, Index, Index) {
         const float value = half_value(half);
         return value == value ? value : std::bit_cast<float>(0x7fc00000u);
     })},
    {op, "zeros_are_positive", "-0 becomes +0",
     with_conversion([](std::uint16_t half, Index, Index) { return half_value(half) + 0.0f; })},
};

}  // namespace

std::span<const CorrectKernel> f16_to_f32_correct() {
    return table;
}

}  // namespace brickproof::faults
