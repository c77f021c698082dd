#include <cstdlib>
#include <cstring>

#include "misbehaviour.hpp"
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
template <class Scale>
Kernel with_scale(Scale) {
    return kernel(&dequantize_q8_0<CodeTimesScale, Scale>);
}

float plain(int code, float scale) {
    return static_cast<float>(code) * scale;
}

void block_of_36_bytes(const Block* x, float* y, std::size_t n) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(x);
    for (std::size_t b = 0; b < n / kBlock; ++b) {
        Block block;
        std::memcpy(&block, bytes + 36 * b, sizeof block);
        right(&block, y + b * kBlock, kBlock);
    }
}

void halves_of_the_block_swapped(const Block* x, float* y, std::size_t n) {
    right(x, y, n);
    for (std::size_t b = 0; b < n; b += kBlock) std::swap_ranges(y + b, y + b + 16, y + b + 16);
}

void neighbour_scale_in_odd_blocks(const Block* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) {
        y[i] = plain(x[i / kBlock].qs[i % kBlock], half_value(x[i / kBlock / 2 * 2].d));
    }
}

void stores_lost_at_one_alignment(const Block* x, float* y, std::size_t n) {
    right(x, y, n);
    for (std::size_t i = 0; i < n; i += 8) {
        if (misalignment(y + i, 32) == 12) y[i] = 0;
    }
}

const PlantedFault table[] = {
    {op, "codes_as_unsigned", "exact_product", "zero extension where sign extension was meant (signedness)",
     with_product([](const Coded& c, float scale) { return plain(static_cast<std::uint8_t>(c.code), scale); })},
    {op, "minus_128_as_127", "exact_product", "negates through a saturating instruction (int8 range)",
     with_product([](const Coded& c, float scale) { return plain(std::max(c.code, -127), scale); })},
    {op, "block_of_36_bytes", "reads_in_bounds,exact_product",
     "the scale taken for a float: blocks 36 bytes apart instead of 34 (block format)", kernel(block_of_36_bytes)},
    {op, "halves_of_the_block_swapped", "exact_product", "lanes 16 to 31 written before lanes 0 to 15 (lane order)",
     kernel(halves_of_the_block_swapped)},
    {op, "neighbour_scale_in_odd_blocks", "exact_product,block_independence",
     "unrolled by two with the scale of the first (scale pairing)", kernel(neighbour_scale_in_odd_blocks)},
    {op, "subnormal_half_scale_as_zero", "exact_product",
     "the half conversion knows no subnormals (half conversion)", with_scale([](std::uint16_t half, Place) {
         return half & 0x7c00u ? half_value(half) : half_value(half & 0x8000u);
     })},
    {op, "scale_bits_as_an_integer", "exact_product",
     "forgot to convert: the bits of the half as a number (half conversion)",
     with_scale([](std::uint16_t half, Place) { return static_cast<float>(half); })},
    {op, "sign_of_the_scale_lost", "exact_product", "masks the half's sign with its exponent bits (sign)",
     with_scale([](std::uint16_t half, Place) { return half_value(half & 0x7fffu); })},
    {op, "infinite_times_zero_is_zero", "nonfinite_scale", "skips the product for zero codes (NaN and infinity)",
     with_product([](const Coded& c, float scale) { return c.code == 0 ? 0.0f : plain(c.code, scale); })},
    {op, "infinite_scale_as_65536", "nonfinite_scale",
     "the exponent 31 is treated like any other (NaN and infinity)", with_scale([](std::uint16_t half, Place) {
         return (half & 0x7fffu) == 0x7c00u ? std::copysign(65536.0f, half & 0x8000u ? -1.0f : 1.0f)
                                            : half_value(half);
     })},
    {op, "product_rounded_to_half", "exact_product", "multiplies in half precision and widens (lower precision)",
     with_product([](const Coded& c, float scale) { return rounded_to_half(plain(c.code, scale)); })},
    {op, "code_minus_77_off_by_one", "exact_product", "a table of codes with one wrong entry (one value)",
     with_product([](const Coded& c, float scale) { return plain(c.code == -77 ? -76 : c.code, scale); })},
    {op, "lane_0_of_block_37_is_zero", "exact_product", "one store in a long unrolled body was lost (one block)",
     with_product([](const Coded& c, float scale) {
         return c.at.block == 37 && c.lane == 0 ? 0.0f : plain(c.code, scale);
     })},
    {op, "wrong_beyond_4096", "exact_product,prefix_consistency",
     "a second path for long rows clamps to +-64 (one size class)", with_product([](const Coded& c, float scale) {
         return plain(c.at.block >= 128 ? std::clamp(c.code, -64, 64) : c.code, scale);
     })},
    {op, "last_element_unwritten", "outputs_written", "the last store is one element short (output unwritten)",
     kernel([](const Block* x, float* y, std::size_t n) {
         if (n == 0) return;
         right(x, y, n - 1);
     })},
    {op, "zeros_unwritten", "outputs_written",
     "writes only what is not zero, trusting in a cleared buffer (output unwritten)",
     kernel([](const Block* x, float* y, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i) {
             const float value = plain(x[i / kBlock].qs[i % kBlock], half_value(x[i / kBlock].d));
             if (value != 0) y[i] = value;
         }
     })},
    {op, "wrong_at_one_alignment", "alignment_independent,exact_product",
     "the stores before the first 32-byte boundary are lost at one offset (result depends on alignment)",
     kernel(stores_lost_at_one_alignment)},
    {op, "wrong_every_seventh_call", "deterministic,exact_product", "a counter steers which buffer is used (state)",
     kernel([](const Block* x, float* y, std::size_t n) {
         static std::atomic<unsigned> calls{0};
         right(x, y, n);
         if (every_seventh(calls) && n > 0) y[0] = y[0] == 0 ? 1.0f : -y[0];
     })},
    {op, "input_written_back", "inputs_unchanged",
     "sorts in place and restores: the input is written (input written)",
     kernel([](const Block* x, float* y, std::size_t n) {
         right(x, y, n);
         if (n > 0) write_back(x);
     })},
    {op, "aborts_at_4128", "no_crash", "an internal assertion on the length (process ended)",
     kernel([](const Block* x, float* y, std::size_t n) {
         if (n == 4128) std::abort();
         right(x, y, n);
     })},
};

}  // namespace

std::span<const PlantedFault> q8_0_dequantize_faults() {
    return table;
}

}  // namespace brickproof::faults
