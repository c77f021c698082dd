#include <array>

#include "misbehaviour.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "q8_0.quantize";
constexpr auto kernel = &erased<brickproof_q8_0_quantize_fn>;
constexpr auto right = &quantize_q8_0<>;

template <class Amax>
Kernel with_amax(Amax) {
    return kernel(&quantize_q8_0<Amax>);
}
template <class Scale>
Kernel with_scale(Scale) {
    return kernel(&quantize_q8_0<AmaxOfAll, Scale>);
}
template <class Code>
Kernel with_code(Code) {
    return kernel(&quantize_q8_0<AmaxOfAll, Over127, Code>);
}
template <class Stored>
Kernel with_stored(Stored) {
    return kernel(&quantize_q8_0<AmaxOfAll, Over127, TiesAway, Stored>);
}
template <class Slot>
Kernel with_slot(Slot) {
    return kernel(&quantize_q8_0<AmaxOfAll, Over127, TiesAway, AsHalf, Slot>);
}

void extreme_negative_as_minus_128(const float* x, Block* y, std::size_t n) {
    for (std::size_t b = 0; b < n / kBlock; ++b) {
        const std::span<const float> block(x + b * kBlock, kBlock);
        right(block.data(), y + b, kBlock);
        if (-*std::min_element(block.begin(), block.end()) < amax_of(block)) continue;
        const float scale = amax_of(block) / 128.0f;
        y[b].d = half_bits(scale);
        for (std::size_t i = 0; i < kBlock && scale > 0; ++i) {
            y[b].qs[i] = static_cast<std::int8_t>(std::clamp(std::round(block[i] / scale), -128.0f, 127.0f));
        }
    }
}

void second_of_two_uses_the_first_scale(const float* x, Block* y, std::size_t n) {
    right(x, y, n);
    for (std::size_t b = 1; b < n / kBlock; b += 2) {
        const float scale = amax_of({x + (b - 1) * kBlock, kBlock}) / 127.0f;
        y[b].d = y[b - 1].d;
        for (std::size_t i = 0; i < kBlock; ++i) {
            y[b].qs[i] = static_cast<std::int8_t>(scale == 0 ? 0 : ties_away(x[b * kBlock + i] / scale));
        }
    }
}

void staged_in_a_static_row(const float* x, Block* y, std::size_t n) {
    static volatile float stage[256];
    for (std::size_t begin = 0; begin < n; begin += 256) {
        const std::size_t end = std::min<std::size_t>(n, begin + 256);
        for (std::size_t i = begin; i < end; ++i) stage[i - begin] = x[i];
        for (std::size_t i = begin; i < end; i += kBlock) {
            std::array<float, kBlock> block{};
            for (std::size_t lane = 0; lane < kBlock; ++lane) block[lane] = stage[i - begin + lane];
            right(block.data(), y + i / kBlock, kBlock);
        }
    }
}

void zero_codes_not_written(const float* x, Block* y, std::size_t n) {
    for (std::size_t b = 0; b < n / kBlock; ++b) {
        Block block;
        right(x + b * kBlock, &block, kBlock);
        y[b].d = block.d;
        for (std::size_t i = 0; i < kBlock; ++i) {
            if (block.qs[i] != 0) y[b].qs[i] = block.qs[i];
        }
    }
}

const PlantedFault table[] = {
    {op, "truncates_codes", "codes_within_half_step,reconstruction_error",
     "converted with the truncating instruction instead of the rounding one (rounding mode)",
     with_code([](const Value& v) { return truncated(v.ratio); })},
    {op, "adds_half_then_floors", "sign_symmetry",
     "rounded by floor(r + 0.5), which takes negative ties the other way (rounding mode)",
     with_code([](const Value& v) { return static_cast<int>(std::floor(clamp_to_code(v.ratio) + 0.5f)); })},
    {op, "adds_half_then_truncates", "codes_within_half_step,sign_symmetry",
     "added 0.5 and truncated without looking at the sign: negatives go one up (rounding mode)",
     with_code([](const Value& v) { return truncated(v.ratio + 0.5f); })},
    {op, "ties_to_even_in_odd_lanes", "permutation_in_block",
     "odd lanes went through another rounding instruction (rounding mode in some lanes)",
     with_code([](const Value& v) { return v.lane % 2 ? ties_to_even(v.ratio) : ties_away(v.ratio); })},
    {op, "last_eight_lanes_tie_to_even", "permutation_in_block",
     "the leftover vector of a 24-wide loop rounds to even, the body away from zero (rounding of the tail)",
     with_code([](const Value& v) { return v.lane >= 24 ? ties_to_even(v.ratio) : ties_away(v.ratio); })},
    {op, "amax_misses_the_last_lane", "scale_is_amax_over_127",
     "the loop for the maximum stops one early (wrong lane)",
     with_amax([](std::span<const float> block, Place) { return amax_of(block.first(kBlock - 1)); })},
    {op, "amax_misses_the_first_lane", "scale_is_amax_over_127",
     "the loop for the maximum starts at 1 with a maximum of 0 (wrong lane)",
     with_amax([](std::span<const float> block, Place) { return amax_of(block.subspan(1)); })},
    {op, "amax_misses_lane_13", "scale_is_amax_over_127",
     "one lane of a shuffle is taken twice, another never (wrong lane)",
     with_amax([](std::span<const float> block, Place) {
         return std::max(amax_of(block.first(13)), amax_of(block.subspan(14)));
     })},
    {op, "amax_ignores_negatives", "scale_is_amax_over_127",
     "took the maximum where the maximum of absolute values was meant (sign lost)",
     with_amax([](std::span<const float> block, Place) {
         return std::max(0.0f, *std::max_element(block.begin(), block.end()));
     })},
    {op, "amax_over_the_first_sixteen", "scale_is_amax_over_127",
     "unrolled for 32 values, reduced only half of the registers (horizontal reduction incomplete)",
     with_amax([](std::span<const float> block, Place) { return amax_of(block.first(kBlock / 2)); })},
    {op, "amax_reduces_four_of_eight_lanes", "scale_is_amax_over_127",
     "the high half of the maximum's register is never folded in (horizontal reduction incomplete)",
     with_amax([](std::span<const float> block, Place) {
         float amax = 0;
         for (std::size_t i = 0; i < kBlock; ++i) amax = i % 8 < 4 ? std::max(amax, std::fabs(block[i])) : amax;
         return amax;
     })},
    {op, "packed_without_reordering", "codes_within_half_step,reconstruction_error",
     "packs work per 128-bit half; the permutation that puts the groups in order is missing (lane order)",
     with_slot([](std::size_t lane) {
         constexpr std::size_t group[] = {0, 4, 1, 5, 2, 6, 3, 7};
         return group[lane / 4] * 4 + lane % 4;
     })},
    {op, "scale_over_128", "scale_is_amax_over_127", "divided by the number of negative codes (scale)",
     with_scale([](float amax) { return amax / 128.0f; })},
    {op, "stores_amax_over_128", "scale_is_amax_over_127",
     "codes made with amax/127, stored scale amax/128 (stored and used scale differ)",
     with_stored([](float scale, Place) { return half_bits(scale * (127.0f / 128.0f)); })},
    {op, "codes_follow_the_half_scale", "codes_within_half_step",
     "divided by the scale after its rounding to half, where the format divides by the float (stored and used "
     "scale)",
     with_code([](const Value& v) {
         const float half = rounded_to_half(v.scale);
         return half > 0 ? ties_away(v.x / half) : ties_away(v.ratio);
     })},
    {op, "half_scale_truncated", "scale_is_amax_over_127",
     "cut the float's low bits instead of rounding (half conversion)",
     with_stored([](float scale, Place) { return half_bits<decltype([](const Cut&) { return false; })>(scale); })},
    {op, "half_scale_subnormal_flushed", "scale_is_amax_over_127",
     "the conversion by hand knows no subnormal halves (half conversion)",
     with_stored([](float scale, Place) { return scale < 0x1p-14f ? std::uint16_t{0} : half_bits(scale); })},
    {op, "half_scale_infinite_from_65504", "scale_is_amax_over_127",
     "compared with the largest half before rounding: 65504 to 65520 become infinite (half conversion)",
     with_stored([](float scale, Place) { return scale > 65504.0f ? std::uint16_t{0x7c00} : half_bits(scale); })},
    {op, "small_blocks_flushed_to_zero", "scale_is_amax_over_127",
     "blocks below 1e-5 count as zero to avoid a division by zero (near-zero handling)",
     with_amax([](std::span<const float> block, Place) { return amax_of(block) < 1e-5f ? 0.0f : amax_of(block); })},
    {op, "extreme_negative_as_minus_128", "codes_in_range,scale_is_amax_over_127",
     "uses the code -128 when the extreme is negative, as Q4_0 does (int8 range)",
     kernel(extreme_negative_as_minus_128)},
    {op, "sign_lost", "sign_symmetry,reconstruction_error",
     "codes of the absolute values that were there for amax (sign)",
     with_code([](const Value& v) { return std::abs(ties_away(v.ratio)); })},
    {op, "negative_extreme_is_126", "extreme_reaches_127,codes_within_half_step",
     "guards against -128 one step too early, only at x == -amax (one value)", with_code([](const Value& v) {
         return v.x == -v.amax ? std::max(-126, ties_away(v.ratio)) : ties_away(v.ratio);
     })},
    {op, "odd_last_block_dropped", "outputs_written", "two blocks at a time, nothing for the odd one (remainder)",
     kernel([](const float* x, Block* y, std::size_t n) { right(x, y, n / 64 * 64); })},
    {op, "second_of_two_uses_the_first_scale", "scale_is_amax_over_127,block_independence",
     "unrolled by two with one scale in both halves of the register (scale pairing)",
     kernel(second_of_two_uses_the_first_scale)},
    {op, "block_37_truncates", "codes_within_half_step,block_independence",
     "one copy in a long unrolled body missed the rounding fix (one block)",
     with_code([](const Value& v) { return v.at.block == 37 ? truncated(v.ratio) : ties_away(v.ratio); })},
    {op, "last_code_lost_at_1024", "codes_within_half_step,prefix_consistency",
     "a fast path for exactly 1024 values forgets the last (one length)", with_code([](const Value& v) {
         return v.at.n == 1024 && v.at.block == 31 && v.lane == 31 ? 0 : ties_away(v.ratio);
     })},
    {op, "codes_of_minus_77_off_by_one", "codes_within_half_step",
     "a table of codes with one wrong entry (one value)",
     with_code([](const Value& v) { return ties_away(v.ratio) == -77 ? -76 : ties_away(v.ratio); })},
    {op, "zero_codes_not_written", "outputs_written,zero_block",
     "skips zeros, trusting in a cleared buffer (output unwritten)", kernel(zero_codes_not_written)},
    {op, "writes_one_byte_over_the_end", "writes_in_bounds", "stores 33 bytes behind the last scale (over-write)",
     kernel([](const float* x, Block* y, std::size_t n) {
         right(x, y, n);
         if (n > 0) write_byte(y + n / kBlock, 0);
     })},
    {op, "reads_one_float_before_the_start", "reads_in_bounds",
     "starts a shifted load one element early (over-read)", kernel([](const float* x, Block* y, std::size_t n) {
         if (n > 0) read_bytes(x - 1, sizeof(float));
         right(x, y, n);
     })},
    {op, "leaves_flush_to_zero_on", "fp_environment",
     "switches subnormals off for speed and never back on (CPU state)",
     kernel([](const float* x, Block* y, std::size_t n) {
         right(x, y, n);
         leave_flush_to_zero_on();
     })},
    {op, "staged_in_a_static_row", "thread_safe", "a static scratch row shared by all threads (race)",
     kernel(staged_in_a_static_row)},
    {op, "null_pointer_at_352", "no_crash",
     "an empty tail is given by a null pointer, and 352 has one (crash at one length)",
     kernel([](const float* x, Block* y, std::size_t n) {
         if (n == 352) crash_on_a_null_pointer();
         right(x, y, n);
     })},
    {op, "endless_on_a_zero_block", "terminates",
     "searches for a scale until one fits; zeros never do (endless loop)",
     kernel([](const float* x, Block* y, std::size_t n) {
         for (std::size_t b = 0; b < n / kBlock; ++b) {
             if (std::all_of(x + b * kBlock, x + (b + 1) * kBlock, [](float v) { return v == 0; })) loop_for_ever();
         }
         right(x, y, n);
     })},
};

}  // namespace

std::span<const PlantedFault> q8_0_quantize_faults() {
    return table;
}

}  // namespace brickproof::faults
