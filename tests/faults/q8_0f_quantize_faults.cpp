#include <array>
#include <cstdlib>

#include "misbehaviour.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "q8_0f.quantize";
constexpr auto kernel = &erased<brickproof_q8_0f_quantize_fn>;
constexpr auto right = &quantize_q8_0f<>;

template <class Amax>
Kernel with_amax(Amax) {
    return kernel(&quantize_q8_0f<Amax>);
}
template <class Scale>
Kernel with_scale(Scale) {
    return kernel(&quantize_q8_0f<AmaxOfAll, Scale>);
}
template <class Code>
Kernel with_code(Code) {
    return kernel(&quantize_q8_0f<AmaxOfAll, Over127, Code>);
}
template <class Stored>
Kernel with_stored(Stored) {
    return kernel(&quantize_q8_0f<AmaxOfAll, Over127, TiesAway, Stored>);
}

bool in_partial_block(Place at) {
    return (at.block + 1) * kBlock > at.n;
}

/// Quantises the last block as if `beyond` followed the values.
void partial_block_followed_by(float beyond, const float* x, std::int8_t* q, float* scales, std::size_t n) {
    right(x, q, scales, n);
    const std::size_t whole = n / kBlock * kBlock;
    if (whole == n) return;
    std::array<float, kBlock> padded;
    padded.fill(beyond);
    std::copy(x + whole, x + n, padded.begin());
    std::array<std::int8_t, kBlock> codes{};
    right(padded.data(), codes.data(), scales + whole / kBlock, kBlock);
    std::copy_n(codes.begin(), n - whole, q + whole);
}

void amax_not_reset_between_calls(const float* x, std::int8_t* q, float* scales, std::size_t n) {
    static std::atomic<float> last_amax{0};
    for (std::size_t b = 0; b * kBlock < n; ++b) {
        const std::size_t size = std::min(kBlock, n - b * kBlock);
        right(x + b * kBlock, q + b * kBlock, scales + b, size);
        const float amax = amax_of({x + b * kBlock, size});
        if (b == 0 && last_amax > amax) scales[0] = last_amax / 127.0f;
        last_amax = amax;
    }
}

void peeled_until_aligned_ties_to_even(const float* x, std::int8_t* q, float* scales, std::size_t n) {
    right(x, q, scales, n);
    for (std::size_t i = 0; i < n && misalignment(x + i, 32) != 0; ++i) {
        q[i] = static_cast<std::int8_t>(x[i] == 0 ? 0 : ties_to_even(x[i] / scales[i / kBlock]));
    }
}

const PlantedFault table[] = {
    {op, "truncates_in_the_partial_block", "codes_within_half_step,partial_block_is_zero_padded",
     "the scalar tail casts to int where the body rounds (rounding of the tail)",
     with_code([](const Value& v) { return in_partial_block(v.at) ? truncated(v.ratio) : ties_away(v.ratio); })},
    {op, "partial_block_ties_to_even", "partial_block_is_zero_padded,prefix_consistency",
     "std::nearbyint in the scalar tail, away from zero in the body (rounding of the tail)",
     with_code([](const Value& v) { return in_partial_block(v.at) ? ties_to_even(v.ratio) : ties_away(v.ratio); })},
    {op, "ties_up", "sign_symmetry", "rounded by floor(r + 0.5): negative ties go towards zero (rounding mode)",
     with_code([](const Value& v) { return static_cast<int>(std::floor(clamp_to_code(v.ratio) + 0.5f)); })},
    {op, "ties_to_even_in_lanes_8_to_15", "permutation_in_block",
     "one of four registers was rounded by the current mode (rounding mode in some lanes)",
     with_code([](const Value& v) { return v.lane / 8 == 1 ? ties_to_even(v.ratio) : ties_away(v.ratio); })},
    {op, "odd_blocks_tie_to_even", "block_independence",
     "the second copy of an unrolled body kept the old rounding (rounding mode in some blocks)",
     with_code([](const Value& v) { return v.at.block % 2 ? ties_to_even(v.ratio) : ties_away(v.ratio); })},
    {op, "one_and_a_half_becomes_one", "codes_within_half_step,sign_symmetry",
     "a comparison table has 1.75 where 1.5 belongs, for positives only (one value)",
     with_code([](const Value& v) { return v.ratio >= 1.5f && v.ratio < 1.75f ? 1 : ties_away(v.ratio); })},
    {op, "negative_extreme_is_minus_128", "codes_in_range",
     "clamps to int8 what a step of amax/128 rounded (int8 range)",
     with_code([](const Value& v) { return v.ratio <= -127.0f ? -128 : ties_away(v.ratio); })},
    {op, "amax_misses_lane_31", "scale_is_amax_over_127", "the maximum's loop ends one early (wrong lane)",
     with_amax([](std::span<const float> block, Place) {
         return amax_of(block.first(std::min<std::size_t>(31, block.size())));
     })},
    {op, "amax_reduction_skips_odd_lanes", "scale_is_amax_over_127",
     "the last shuffle of the reduction compares a register with itself (horizontal reduction incomplete)",
     with_amax([](std::span<const float> block, Place) {
         float amax = 0;
         for (std::size_t i = 0; i < block.size(); i += 2) amax = std::max(amax, std::fabs(block[i]));
         return amax;
     })},
    {op, "amax_is_the_largest_value", "scale_is_amax_over_127",
     "maximum instead of maximum of absolute values (sign lost)",
     with_amax([](std::span<const float> block, Place) {
         return std::max(0.0f, *std::max_element(block.begin(), block.end()));
     })},
    {op, "amax_of_the_tail_ignores_negatives", "scale_is_amax_over_127,partial_block_is_zero_padded",
     "the tail compares without the absolute value (sign lost in the remainder)",
     with_amax([](std::span<const float> block, Place at) {
         return in_partial_block(at) ? std::max(0.0f, *std::max_element(block.begin(), block.end()))
                                     : amax_of(block);
     })},
    {op, "scale_over_128", "scale_is_amax_over_127", "divided by 128, then clamped the extreme (scale)",
     with_scale([](float amax) { return amax / 128.0f; })},
    {op, "epsilon_added_to_the_amax", "scale_is_amax_over_127,power_of_two_scaling",
     "adds 1e-8 against a division by zero, which small blocks notice (near-zero handling)",
     with_scale([](float amax) { return (amax + 1e-8f) / 127.0f; })},
    {op, "codes_by_the_half_of_the_scale", "codes_within_half_step",
     "the reciprocal of the scale is kept in half precision (reciprocal in low precision)",
     with_code([](const Value& v) {
         const float reciprocal = rounded_to_half(1.0f / v.scale);
         return ties_away(std::isnormal(reciprocal) ? v.x * reciprocal : v.ratio);
     })},
    {op, "approximate_reciprocal", "codes_within_half_step",
     "a 12-bit reciprocal estimate without the refinement step (reciprocal in low precision)",
     with_code([](const Value& v) {
         const auto bits = std::bit_cast<std::uint32_t>(1.0f / v.scale) & 0xfffff000u;
         return ties_away(v.amax <= kZeroAmax ? 0 : v.x * std::bit_cast<float>(bits));
     })},
    {op, "scale_stored_in_half_precision", "scale_is_amax_over_127",
     "the scale passes through a half on its way to a float (stored and used scale differ)",
     with_stored([](float scale, Place) { return rounded_to_half(scale); })},
    {op, "scale_stored_in_bf16", "scale_is_amax_over_127",
     "the scale's low bits are cut to bfloat16 (truncated conversion)",
     with_stored([](float scale, Place) { return cut_to_bf16(scale); })},
    {op, "zero_scale_for_a_zero_block", "zero_block,scale_is_amax_over_127",
     "stores 0 where the format stores 1/127 for amax <= 1e-10 (near-zero handling)",
     with_stored([](float scale, Place) { return scale == kZeroScale ? 0.0f : scale; })},
    {op, "zero_threshold_1e_minus_6", "scale_is_amax_over_127,reconstruction_error",
     "blocks up to 1e-6 count as zero; the format says 1e-10 (near-zero handling)",
     kernel([](const float* x, std::int8_t* q, float* scales, std::size_t n) {
         right(x, q, scales, n);
         for (std::size_t i = 0; i < n; ++i) {
             if (amax_of({x + i / kBlock * kBlock, std::min(kBlock, n - i / kBlock * kBlock)}) > 1e-6f) continue;
             q[i] = 0;
             scales[i / kBlock] = kZeroScale;
         }
     })},
    {op, "garbage_beyond_n_in_the_amax", "reads_in_bounds",
     "takes the maximum over whole vectors in the partial block, whatever follows (over-read)",
     with_amax([](std::span<const float> block, Place) {
         return amax_of({block.data(), kBlock});
     })},
    {op, "partial_block_padded_with_ones", "scale_is_amax_over_127,partial_block_is_zero_padded",
     "the scratch block of the tail is filled with a constant that is not zero (padding)",
     kernel([](const float* x, std::int8_t* q, float* scales, std::size_t n) {
         partial_block_followed_by(1.0f, x, q, scales, n);
     })},
    {op, "partial_block_padded_with_its_past", "scale_is_amax_over_127,partial_block_is_zero_padded",
     "the tail's scratch block still holds the block before (padding)",
     kernel([](const float* x, std::int8_t* q, float* scales, std::size_t n) {
         partial_block_followed_by(n > kBlock ? x[n / kBlock * kBlock - 1] : 0.0f, x, q, scales, n);
     })},
    {op, "partial_block_not_quantised", "outputs_written", "the number of blocks is rounded down (remainder)",
     kernel([](const float* x, std::int8_t* q, float* scales, std::size_t n) {
         right(x, q, scales, n / kBlock * kBlock);
     })},
    {op, "partial_scale_not_written", "outputs_written",
     "the tail writes codes and forgets the scale (output unwritten)",
     kernel([](const float* x, std::int8_t* q, float* scales, std::size_t n) {
         right(x, q, scales, n / kBlock * kBlock);
         if (n % kBlock == 0) return;
         float scale = 0;
         right(x + n / kBlock * kBlock, q + n / kBlock * kBlock, &scale, n % kBlock);
     })},
    {op, "stores_32_codes_in_the_tail", "writes_in_bounds", "a full vector store in the partial block (over-write)",
     kernel([](const float* x, std::int8_t* q, float* scales, std::size_t n) {
         right(x, q, scales, n);
         for (std::size_t i = n; i % kBlock != 0; ++i) write_byte(q + i, 0);
     })},
    {op, "writes_one_scale_too_many", "writes_in_bounds", "n/32 + 1 scales where ceil(n/32) was meant (over-write)",
     kernel([](const float* x, std::int8_t* q, float* scales, std::size_t n) {
         right(x, q, scales, n);
         if (n == 0 || n % kBlock != 0) return;
         for (std::size_t i = 0; i < sizeof(float); ++i)
             write_byte(reinterpret_cast<char*>(scales + n / kBlock) + i, 0);
     })},
    {op, "last_block_wrong_at_n_mod_256_224", "codes_within_half_step,prefix_consistency",
     "of eight remainders of the unrolled loop one truncates (one residue)", with_code([](const Value& v) {
         return v.at.n % 256 == 224 && v.at.block == v.at.n / kBlock - 1 ? truncated(v.ratio) : ties_away(v.ratio);
     })},
    {op, "beyond_4096_uses_amax_over_126", "scale_is_amax_over_127,block_independence",
     "a second code path for long rows has a typo in the constant (one size class)",
     with_stored([](float scale, Place at) { return at.block >= 128 ? scale * (127.0f / 126.0f) : scale; })},
    {op, "amax_not_reset_between_calls", "deterministic,scale_is_amax_over_127",
     "a static maximum goes on from the call before (state)", kernel(amax_not_reset_between_calls)},
    {op, "amax_starts_from_the_output", "deterministic,scale_is_amax_over_127",
     "the maximum is gathered in the output array, which nobody clears (old contents of the output)",
     kernel([](const float* x, std::int8_t* q, float* scales, std::size_t n) {
         for (std::size_t b = 0; b * kBlock < n; ++b) {
             const float before = scales[b] * 127.0f;
             const std::size_t size = std::min(kBlock, n - b * kBlock);
             right(x + b * kBlock, q + b * kBlock, scales + b, size);
             if (before > amax_of({x + b * kBlock, size}) && before <= 1e30f) scales[b] = before / 127.0f;
         }
     })},
    {op, "peeled_until_aligned_ties_to_even", "alignment_independent",
     "the loop up to the first aligned address rounds another way (result depends on alignment)",
     kernel(peeled_until_aligned_ties_to_even)},
    {op, "leaves_rounding_upward", "fp_environment",
     "sets a rounding mode for its conversions and leaves it (CPU state)",
     kernel([](const float* x, std::int8_t* q, float* scales, std::size_t n) {
         right(x, q, scales, n);
         leave_rounding_upward();
     })},
    {op, "exits_at_96", "no_crash", "an internal assertion ends the program at one length (process ended)",
     kernel([](const float* x, std::int8_t* q, float* scales, std::size_t n) {
         if (n == 96) std::exit(0);
         right(x, q, scales, n);
     })},
    {op, "endless_at_33", "terminates", "a tail of one value is never consumed after a whole block (endless loop)",
     kernel([](const float* x, std::int8_t* q, float* scales, std::size_t n) {
         if (n == 33) loop_for_ever();
         right(x, q, scales, n);
     })},
};

}  // namespace

std::span<const PlantedFault> q8_0f_quantize_faults() {
    return table;
}

}  // namespace brickproof::faults
