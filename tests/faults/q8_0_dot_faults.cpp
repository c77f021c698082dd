#include <array>

#include "caller_state.hpp"
#include "misbehaviour.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "q8_0.dot";
constexpr auto kernel = &erased<brickproof_q8_0_dot_fn>;
constexpr auto right = &dot_q8_0<>;

/// Of term(a, b, place), the addend of a block.
template <class Term>
Kernel with_term(Term) {
    return kernel(&dot_q8_0<Term>);
}
/// Of product(q_a, q_b).
template <class Product>
Kernel with_product(Product) {
    return with_term([](const Block& a, const Block& b, Place) {
        return scale_product(a, b) * static_cast<float>(sum_of_products(a, b, Product{}));
    });
}
/// Of scale(bits_a, bits_b), the product of the scales.
template <class Scale>
Kernel with_scale(Scale) {
    return with_term([](const Block& a, const Block& b, Place) {
        return Scale{}(a.d, b.d) * static_cast<float>(sum_of_products(a, b));
    });
}
/// Of add(sum, term).
template <class Add>
Kernel with_sum(Add) {
    return kernel(&dot_q8_0<PlainTerm, Add>);
}

float plain_term(const Block& a, const Block& b) {
    return PlainTerm{}(a, b, Place{});
}
/// Products as the instruction for unsigned times signed bytes makes them: pairs of lanes saturate to 16 bits.
template <class Left>
int sum_of_saturated_pairs(const Block& a, const Block& b, Left left) {
    int sum = 0;
    for (std::size_t i = 0; i < kBlock; i += 2) {
        sum += std::clamp(left(a.qs[i]) * b.qs[i] + left(a.qs[i + 1]) * b.qs[i + 1], -32768, 32767);
    }
    return sum;
}

float reset_every_64_blocks(const Block* a, const Block* b, std::size_t n) {
    float sum = 0;
    for (std::size_t i = 0; i < n / kBlock; ++i) sum = (i > 0 && i % 64 == 0 ? 0 : sum) + plain_term(a[i], b[i]);
    return sum;
}

float scales_of_block_0_at_the_end(const Block* a, const Block* b, std::size_t n) {
    float sum = 0;
    for (std::size_t i = 0; i < n / kBlock; ++i) sum += static_cast<float>(sum_of_products(a[i], b[i]));
    return n < kBlock ? 0.0f : scale_product(a[0], b[0]) * sum;
}

float neighbour_scale_in_pairs(const Block* a, const Block* b, std::size_t n) {
    float sum = 0;
    for (std::size_t i = 0; i < n / kBlock; ++i) {
        sum += scale_product(a[i], b[i / 2 * 2]) * static_cast<float>(sum_of_products(a[i], b[i]));
    }
    return sum;
}

float stops_at_a_zero_scale(const Block* a, const Block* b, std::size_t n) {
    std::size_t blocks = 0;
    while (blocks < n / kBlock && half_value(a[blocks].d) != 0) ++blocks;
    return right(a, b, blocks * kBlock);
}

float second_register_overwritten(const Block* a, const Block* b, std::size_t n) {
    std::array<float, 2> sums{};
    for (std::size_t i = 0; i < n / kBlock; ++i) {
        sums[i % 2] = (i % 2 == 0 ? sums[0] : 0) + plain_term(a[i], b[i]);
    }
    return sums[0] + sums[1];
}

float static_partial_sums(const Block* a, const Block* b, std::size_t n) {
    static volatile float sums[2];
    sums[0] = 0;
    sums[1] = 0;
    for (std::size_t i = 0; i < n / kBlock; ++i) sums[i % 2] = sums[i % 2] + plain_term(a[i], b[i]);
    return sums[0] + sums[1];
}

#if defined(__x86_64__)
/// The offset trick with the real instruction: (q_a + 128) * q_b, less 128 * sum(q_b).
__attribute__((target("ssse3"))) int sum_by_offset(const Block& a, const Block& b) {
    int sum = 0;
    for (std::size_t i = 0; i < kBlock; i += 16) {
        const __m128i qa = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a.qs + i));
        const __m128i qb = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b.qs + i));
        const __m128i pairs = _mm_maddubs_epi16(_mm_xor_si128(qa, _mm_set1_epi8(-128)), qb);
        std::array<std::int32_t, 4> quads{};
        _mm_storeu_si128(reinterpret_cast<__m128i*>(quads.data()), _mm_madd_epi16(pairs, _mm_set1_epi16(1)));
        sum += quads[0] + quads[1] + quads[2] + quads[3];
    }
    for (const int q : b.qs) sum -= 128 * q;
    return sum;
}

float offset_pairs_saturate_in_hardware(const Block* a, const Block* b, std::size_t n) {
    float sum = 0;
    for (std::size_t i = 0; i < n / kBlock; ++i) {
        sum += scale_product(a[i], b[i]) * static_cast<float>(sum_by_offset(a[i], b[i]));
    }
    return sum;
}
#endif

const PlantedFault table[] = {
#if defined(__x86_64__)
    {op, "sum_never_cleared_beyond_16_blocks", "exact_sum,error_within_bound,zero_block",
     "the second accumulator of the unrolled loop starts as it was found (register that nobody set)",
     kernel([](const Block* a, const Block* b, std::size_t n) {
         const float found = accumulator_as_found();
         return right(a, b, n) + (n > 16 * kBlock ? found : 0.0f);
     })},
#endif
    {op, "odd_last_block_dropped", "exact_sum", "two blocks at a time, nothing for the odd one (remainder)",
     kernel([](const Block* a, const Block* b, std::size_t n) { return right(a, b, n / 64 * 64); })},
    {op, "third_leftover_block_dropped", "exact_sum",
     "four at a time; the remainder handles one or two (remainder)",
     kernel([](const Block* a, const Block* b, std::size_t n) {
         return right(a, b, n / kBlock % 4 == 3 ? n - kBlock : n);
     })},
    {op, "first_block_dropped", "exact_sum",
     "a preloaded first block is never added when there are more (first block)",
     kernel([](const Block* a, const Block* b, std::size_t n) {
         return n > kBlock ? right(a + 1, b + 1, n - kBlock) : right(a, b, n);
     })},
    {op, "last_block_twice_at_96", "exact_sum", "the tail overlaps the body at one length (one length)",
     kernel([](const Block* a, const Block* b, std::size_t n) {
         return right(a, b, n) + (n == 96 ? plain_term(a[2], b[2]) : 0.0f);
     })},
    {op, "neighbour_scale_in_pairs", "exact_sum",
     "unrolled by two with the first scale of b in both (scale pairing)", kernel(neighbour_scale_in_pairs)},
    {op, "scale_of_b_twice", "exact_sum,symmetry",
     "the same register on both sides of the product of scales (wrong operand)",
     with_scale([](std::uint16_t, std::uint16_t b) { return half_value(b) * half_value(b); })},
    {op, "scales_of_block_0_at_the_end", "exact_sum",
     "sums integers over all blocks and scales once (scale pairing)", kernel(scales_of_block_0_at_the_end)},
    {op, "scale_bits_as_an_integer", "exact_sum", "forgot to convert one of the scales (half conversion)",
     with_scale([](std::uint16_t a, std::uint16_t b) { return half_value(a) * static_cast<float>(b); })},
    {op, "subnormal_scales_as_zero", "exact_sum,error_within_bound",
     "the half conversion knows no subnormals (half conversion)", with_scale([](std::uint16_t a, std::uint16_t b) {
         return (a & 0x7c00u) && (b & 0x7c00u) ? half_value(a) * half_value(b) : 0.0f;
     })},
    {op, "scale_product_in_half", "exact_sum,error_within_bound",
     "multiplies the two halves as halves: rounds, underflows, overflows (scale range)",
     with_scale([](std::uint16_t a, std::uint16_t b) { return rounded_to_half(half_value(a) * half_value(b)); })},
    {op, "sign_of_the_scale_lost", "exact_sum,error_within_bound",
     "masks the half's sign with its exponent bits (sign)",
     with_scale([](std::uint16_t a, std::uint16_t b) { return half_value(a & 0x7fffu) * half_value(b); })},
    {op, "infinite_scale_as_65504", "nonfinite_scale", "clamps the scales to be safe (NaN and infinity)",
     with_scale([](std::uint16_t a, std::uint16_t b) {
         const auto finite = [](std::uint16_t half) {
             const float value = half_value(half);
             return value == value ? std::clamp(value, -65504.0f, 65504.0f) : value;
         };
         return finite(a) * finite(b);
     })},
    {op, "nan_scale_skipped", "nonfinite_scale", "adds a block only if its scales compare with zero (NaN)",
     with_term([](const Block& a, const Block& b, Place) {
         const float scale = scale_product(a, b);
         return scale < 0 || scale > 0 ? plain_term(a, b) : 0.0f;
     })},
    {op, "stops_at_a_zero_scale", "exact_sum", "break where continue was meant, on a zero block (control flow)",
     kernel(stops_at_a_zero_scale)},
    {op, "reset_every_64_blocks", "exact_sum",
     "the accumulator is cleared with each chunk of the row (accumulator)", kernel(reset_every_64_blocks)},
    {op, "second_register_overwritten", "exact_sum",
     "= where += was meant, in the second of two accumulators (accumulator)", kernel(second_register_overwritten)},
    {op, "half_accumulator", "exact_sum,error_within_bound",
     "the sum is kept in half precision (accumulator precision)",
     with_sum([](float sum, float term) { return rounded_to_half(sum + term); })},
    {op, "bf16_accumulator", "exact_sum,error_within_bound", "the sum is kept in bfloat16 (accumulator precision)",
     with_sum([](float sum, float term) {
         return std::bit_cast<float>((std::bit_cast<std::uint32_t>(sum + term) + 0x8000u) & 0xffff0000u);
     })},
    {op, "sign_trick_at_minus_128", "exact_sum_full_int8_range",
     "|a| times b with the sign of a, where -(-128) stays -128 (int8 overflow)", with_product([](int a, int b) {
         return std::abs(a) * static_cast<std::int8_t>(a < 0 ? -b : a == 0 ? 0 : b);
     })},
    {op, "sign_trick_pairs_saturate", "exact_sum_full_int8_range",
     "|a| times signed b in pairs: only -128 twice beside -128 twice exceeds 16 bits (int16 saturation)",
     with_term([](const Block& a, const Block& b, Place) {
         return scale_product(a, b) * static_cast<float>(sum_of_saturated_pairs(a, b, [](int q) { return q; }));
     })},
    {op, "offset_pairs_saturate", "exact_sum", "(a + 128) times b in pairs exceeds 16 bits (int16 saturation)",
     with_term([](const Block& a, const Block& b, Place) {
         int sum = sum_of_saturated_pairs(a, b, [](int q) { return q + 128; });
         for (const int q : b.qs) sum -= 128 * q;
         return scale_product(a, b) * static_cast<float>(sum);
     })},
#if defined(__x86_64__)
    {op, "offset_pairs_saturate_in_hardware", "exact_sum",
     "the same with the instruction itself, as shipped in several libraries (int16 saturation)",
     kernel(offset_pairs_saturate_in_hardware)},
#endif
    {op, "offset_of_128_taken_back_as_127", "exact_sum",
     "(a + 128) times b, as vpdpbusd wants it, less 127 times the sum of b (wrong correction)",
     with_product([](int a, int b) { return (a + 128) * b - 127 * b; })},
    {op, "offset_taken_back_of_a", "exact_sum",
     "(a + 128) times b, less 128 times the sum of a instead of b (wrong operand)",
     with_product([](int a, int b) { return (a + 128) * b - 128 * a; })},
    {op, "offset_lost_in_bytes", "exact_sum_full_int8_range",
     "-128 times b from -b, which is -128 again for b = -128 (int8 overflow)",
     with_product([](int a, int b) { return (a + 128) * b + 128 * static_cast<std::int8_t>(-b); })},
    {op, "block_sums_packed_to_int16", "exact_sum",
     "packs block sums with the saturating instruction (int16 saturation)",
     with_term([](const Block& a, const Block& b, Place) {
         return scale_product(a, b) * static_cast<float>(std::clamp(sum_of_products(a, b), -32768, 32767));
     })},
    {op, "doubled_code_wraps_from_64", "exact_sum", "doubles the code in 8 bits: wrong from 64 on (int8 overflow)",
     with_term([](const Block& a, const Block& b, Place) {
         const auto doubled = [](int p, int q) { return static_cast<std::int8_t>(2 * p) * q; };
         return 0.5f * scale_product(a, b) * static_cast<float>(sum_of_products(a, b, doubled));
     })},
    {op, "b_as_unsigned", "exact_sum", "takes the signed operand for the unsigned one (signedness)",
     with_product([](int a, int b) { return a * static_cast<std::uint8_t>(b); })},
    {op, "lanes_24_to_27_twice", "exact_sum", "one index used twice, another never (wrong lane)",
     with_term([](const Block& a, const Block& b, Place) {
         Block shifted = b;
         std::copy_n(b.qs + 24, 4, shifted.qs + 28);
         return plain_term(a, shifted);
     })},
    {op, "one_of_eight_sums_lost", "exact_sum",
     "the reduction of the register misses a lane (horizontal reduction incomplete)",
     with_term([](const Block& a, const Block& b, Place) {
         Block without = b;
         for (std::size_t lane = 5; lane < kBlock; lane += 8) without.qs[lane] = 0;
         return plain_term(a, without);
     })},
    {op, "last_lane_lost_in_block_37", "exact_sum", "one copy in a long unrolled body is wrong (one block)",
     with_term([](const Block& a, const Block& b, Place at) {
         const int lost = at.block == 37 ? a.qs[31] * b.qs[31] : 0;
         return scale_product(a, b) * static_cast<float>(sum_of_products(a, b) - lost);
     })},
    {op, "sum_beyond_4096_lost", "exact_sum", "a 12-bit counter of elements (one size class)",
     kernel([](const Block* a, const Block* b, std::size_t n) {
         return right(a, b, std::min<std::size_t>(n, 4096));
     })},
    {op, "code_minus_77_as_minus_76", "exact_sum", "a table of products with one wrong row (one value)",
     with_product([](int a, int b) { return (a == -77 ? -76 : a) * b; })},
    {op, "static_partial_sums", "thread_safe", "static accumulators shared by all threads (race)",
     kernel(static_partial_sums)},
    {op, "address_decides_the_order", "alignment_independent,error_within_bound",
     "a path for aligned blocks that drops the sum's low bits (result depends on alignment)",
     kernel([](const Block* a, const Block* b, std::size_t n) {
         const float sum = right(a, b, n);
         return misalignment(a, 32) == 2 ? rounded_to_half(sum) : sum;
     })},
    {op, "input_written_back", "inputs_unchanged",
     "swaps the signs of b in place and restores them (input written)",
     kernel([](const Block* a, const Block* b, std::size_t n) {
         if (n > 0) write_back(b + n / kBlock - 1);
         return right(a, b, n);
     })},
    {op, "reads_the_block_after_the_last", "reads_in_bounds",
     "preloads for the iteration after the last (over-read)",
     kernel([](const Block* a, const Block* b, std::size_t n) {
         if (n > 0) read_bytes(b + n / kBlock, sizeof(Block));
         return right(a, b, n);
     })},
    {op, "reads_two_bytes_past_the_end", "reads_in_bounds", "loads 32 codes from two bytes too far on (over-read)",
     kernel([](const Block* a, const Block* b, std::size_t n) {
         if (n > 0) read_bytes(a + n / kBlock, 2);
         return right(a, b, n);
     })},
    {op, "leaves_flush_to_zero_on", "fp_environment", "switches subnormals off and never back on (CPU state)",
     kernel([](const Block* a, const Block* b, std::size_t n) {
         const float sum = right(a, b, n);
         leave_flush_to_zero_on();
         return sum;
     })},
};

}  // namespace

std::span<const PlantedFault> q8_0_dot_faults() {
    return table;
}

}  // namespace brickproof::faults
