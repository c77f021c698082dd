#include <cfloat>

#include "misbehaviour.hpp"
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

float plain(int code, float scale) {
    return static_cast<float>(code) * scale;
}

bool is_last_partial(Place at) {
    return (at.block + 1) * kBlock > at.n;
}

void tail_uses_the_scale_before(const std::int8_t* q, const float* scales, float* y, std::size_t n) {
    right(q, scales, y, n);
    for (std::size_t i = n / kBlock * kBlock; i < n && i >= kBlock; ++i) y[i] = plain(q[i], scales[i / kBlock - 1]);
}

void staged_in_a_static_row(const std::int8_t* q, const float* scales, float* y, std::size_t n) {
    static volatile float stage[256];
    for (std::size_t begin = 0; begin < n; begin += 256) {
        const std::size_t end = std::min(n, begin + 256);
        for (std::size_t i = begin; i < end; ++i) stage[i - begin] = plain(q[i], scales[i / kBlock]);
        for (std::size_t i = begin; i < end; ++i) y[i] = stage[i - begin];
    }
}

const PlantedFault table[] = {
    {op, "second_half_of_a_cache_line", "alignment_independent", "a peeled head of the wrong length (alignment)",
     kernel([](const std::int8_t* q, const float* scales, float* y, std::size_t n) {
         right(q, scales, y, n);
         if (n > 0 && reinterpret_cast<std::uintptr_t>(q) % 64 >= 32) y[0] = 2.0f * y[0] + 1.0f;
     })},
    {op, "subnormal_products_flushed", "exact_product",
     "computed with subnormal results switched off (CPU state inside)",
     with_product([](const Coded& c, float scale) {
         const float product = plain(c.code, scale);
         return std::fabs(product) < FLT_MIN ? 0.0f : product;
     })},
    {op, "subnormal_scales_as_zero", "exact_product",
     "computed with subnormal inputs read as zero (CPU state inside)",
     with_product(
         [](const Coded& c, float scale) { return plain(c.code, std::fabs(scale) < FLT_MIN ? 0.0f : scale); })},
    {op, "product_in_two_roundings", "exact_product",
     "scale * 127 is prepared once, codes as fractions of 127 (rounded twice)",
     with_product(
         [](const Coded& c, float scale) { return static_cast<float>(c.code) / 127.0f * (scale * 127.0f); })},
    {op, "scale_in_bf16", "exact_product", "the scale's low bits are cut to bfloat16 (truncated conversion)",
     with_product([](const Coded& c, float scale) { return plain(c.code, cut_to_bf16(scale)); })},
    {op, "scale_in_half", "exact_product", "the scale passes through a half (lower precision)",
     with_product([](const Coded& c, float scale) { return plain(c.code, rounded_to_half(scale)); })},
    {op, "codes_as_unsigned_above_64", "exact_product",
     "shifts the code left before it is widened: wrong from 64 on (int8 overflow)",
     with_product(
         [](const Coded& c, float scale) { return plain(static_cast<std::int8_t>(c.code * 2), scale * 0.5f); })},
    {op, "minus_128_positive", "exact_product",
     "sign and magnitude, with a magnitude that wraps at -128 (int8 overflow)",
     with_product([](const Coded& c, float scale) { return plain(c.code == -128 ? 128 : c.code, scale); })},
    {op, "tail_uses_the_scale_before", "exact_product",
     "the partial block's scale index is n / 32 - 1 (scale pairing)", kernel(tail_uses_the_scale_before)},
    {op, "infinite_times_zero_is_zero", "nonfinite_scale", "skips the product for zero codes (NaN and infinity)",
     with_product([](const Coded& c, float scale) { return c.code == 0 ? 0.0f : plain(c.code, scale); })},
    {op, "nan_scale_as_zero", "nonfinite_scale",
     "max(scale, ...) with the operands in the order that drops NaN (NaN)",
     with_product([](const Coded& c, float scale) { return plain(c.code, scale == scale ? scale : 0.0f); })},
    {op, "overflow_saturates", "exact_product", "clamps to the largest finite float instead of infinity (overflow)",
     with_product([](const Coded& c, float scale) {
         return std::isfinite(scale) ? std::clamp(plain(c.code, scale), -FLT_MAX, FLT_MAX) : plain(c.code, scale);
     })},
    {op, "last_lane_of_the_tail_zero", "exact_product",
     "the mask of the partial block has one bit too few (remainder)", with_product([](const Coded& c, float scale) {
         const bool last = c.at.block * kBlock + c.lane + 1 == c.at.n;
         return is_last_partial(c.at) && last ? 0.0f : plain(c.code, scale);
     })},
    {op, "tail_of_less_than_four_dropped", "outputs_written", "four at a time, and nothing after it (remainder)",
     kernel([](const std::int8_t* q, const float* scales, float* y, std::size_t n) {
         right(q, scales, y, n / 4 * 4);
     })},
    {op, "reads_32_codes_in_the_tail", "reads_in_bounds", "a full vector load in the partial block (over-read)",
     kernel([](const std::int8_t* q, const float* scales, float* y, std::size_t n) {
         if (n % kBlock != 0) read_bytes(q + n, kBlock - n % kBlock);
         right(q, scales, y, n);
     })},
    {op, "reads_one_scale_too_many", "reads_in_bounds",
     "loads the scale of the iteration after the last (over-read)",
     kernel([](const std::int8_t* q, const float* scales, float* y, std::size_t n) {
         right(q, scales, y, n);
         read_bytes(scales + (n + kBlock - 1) / kBlock, sizeof(float));
     })},
    {op, "writes_four_floats_at_a_time", "writes_in_bounds",
     "rounds n up to whole vectors when it stores (over-write)",
     kernel([](const std::int8_t* q, const float* scales, float* y, std::size_t n) {
         right(q, scales, y, n);
         for (std::size_t i = n * sizeof(float); i % 16 != 0; ++i) write_byte(reinterpret_cast<char*>(y) + i, 0);
     })},
    {op, "staged_in_a_static_row", "thread_safe", "a static scratch row shared by all threads (race)",
     kernel(staged_in_a_static_row)},
    {op, "leaves_rounding_upward", "fp_environment", "sets a rounding mode and leaves it (CPU state)",
     kernel([](const std::int8_t* q, const float* scales, float* y, std::size_t n) {
         right(q, scales, y, n);
         leave_rounding_upward();
     })},
};

}  // namespace

std::span<const PlantedFault> q8_0f_dequantize_faults() {
    return table;
}

}  // namespace brickproof::faults
