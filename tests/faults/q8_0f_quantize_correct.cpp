#include <array>

#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "q8_0f.quantize";
constexpr auto kernel = &erased<brickproof_q8_0f_quantize_fn>;
constexpr auto right = &quantize_q8_0f<>;

template <class Code>
Kernel with_code(Code) {
    return kernel(&quantize_q8_0f<AmaxOfAll, Over127, Code>);
}

void partial_block_from_a_padded_copy(const float* x, std::int8_t* q, float* scales, std::size_t n) {
    const std::size_t whole = n / kBlock * kBlock;
    right(x, q, scales, whole);
    if (whole == n) return;
    std::array<float, kBlock> padded{};
    std::array<std::int8_t, kBlock> codes{};
    std::copy(x + whole, x + n, padded.begin());
    right(padded.data(), codes.data(), scales + whole / kBlock, kBlock);
    std::copy_n(codes.begin(), n - whole, q + whole);
}

void blocks_in_reverse(const float* x, std::int8_t* q, float* scales, std::size_t n) {
    for (std::size_t b = (n + kBlock - 1) / kBlock; b-- > 0;) {
        right(x + b * kBlock, q + b * kBlock, scales + b, std::min(kBlock, n - b * kBlock));
    }
}

const CorrectKernel table[] = {
    {op, "by_division", "", kernel(right)},
    {op, "by_the_reciprocal_of_the_scale", "codes next to a tie may differ",
     with_code([](const Value& v) { return v.amax <= kZeroAmax ? 0 : ties_away(v.x * (1.0f / v.scale)); })},
    {op, "by_127_over_amax", "codes next to a tie may differ",
     with_code([](const Value& v) { return v.amax <= kZeroAmax ? 0 : ties_away(v.x * (127.0f / v.amax)); })},
    {op, "scale_by_the_reciprocal_of_127", "scales may differ by an ulp",
     kernel(&quantize_q8_0f<AmaxOfAll, decltype([](float amax) { return amax * (1.0f / 127.0f); })>)},
    {op, "ties_to_even", "ties to even", with_code([](const Value& v) { return ties_to_even(v.ratio); })},
    {op, "ties_to_even_by_reciprocal", "ties to even; codes next to a tie may differ",
     with_code([](const Value& v) { return v.amax <= kZeroAmax ? 0 : ties_to_even(v.x * (1.0f / v.scale)); })},
    {op, "in_double", "codes next to a tie may differ", with_code([](const Value& v) {
         const double ratio = v.amax <= kZeroAmax ? 0 : static_cast<double>(v.x) * 127.0 / v.amax;
         return static_cast<int>(std::round(std::clamp(ratio, -127.0, 127.0)));
     })},
    {op, "blocks_in_reverse", "", kernel(blocks_in_reverse)},
    {op, "partial_block_from_a_padded_copy", "", kernel(partial_block_from_a_padded_copy)},
};

}  // namespace

std::span<const CorrectKernel> q8_0f_quantize_correct() {
    return table;
}

}  // namespace brickproof::faults
