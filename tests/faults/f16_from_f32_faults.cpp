#include "misbehaviour.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "f16.from_f32";
constexpr auto kernel = &erased<brickproof_f16_from_f32_fn>;
constexpr auto right = &halves_from_floats<>;

/// Of a conversion of (x, index, n).
template <class Convert>
Kernel with_conversion(Convert) {
    return kernel(&halves_from_floats<Convert>);
}
/// Of a decision to round up.
template <class RoundUp>
Kernel with_rounding(RoundUp) {
    return with_conversion([](float x, std::size_t, std::size_t) { return half_bits<RoundUp>(x); });
}

using Index = std::size_t;

std::uint16_t toward_zero(float x) {
    return half_bits<decltype([](const Cut&) { return false; })>(x);
}
std::uint16_t half_up(float x) {
    return half_bits<decltype([](const Cut& cut) { return cut.rest >= cut.halfway; })>(x);
}
std::uint16_t with_sign_of(float x, unsigned magnitude) {
    return static_cast<std::uint16_t>((std::signbit(x) ? 0x8000u : 0u) | magnitude);
}

void nan_spreads_over_eight(const float* x, std::uint16_t* y, std::size_t n) {
    right(x, y, n);
    for (std::size_t i = 0; i + 8 <= n; i += 8) {
        if (std::any_of(x + i, x + i + 8, [](float v) { return v != v; }))
            std::fill_n(y + i, 8, std::uint16_t{0x7e00});
    }
}

const PlantedFault table[] = {
    {op, "truncates", "exact_rounding", "shifts the low bits out (half conversion)",
     with_rounding([](const Cut&) { return false; })},
    {op, "ties_away_from_zero", "exact_rounding", "adds half a unit before the shift (rounding mode)",
     with_rounding([](const Cut& cut) { return cut.rest >= cut.halfway; })},
    {op, "ties_to_odd", "exact_rounding", "tests the wrong parity at a tie (rounding mode)",
     with_rounding(
         [](const Cut& cut) { return cut.rest > cut.halfway || (cut.rest == cut.halfway && cut.kept % 2 == 0); })},
    {op, "negatives_ties_away", "exact_rounding",
     "rounds with a signed shift: negative ties go down (rounding mode, sign)",
     with_rounding([](const Cut& cut) { return cut.negative ? cut.rest >= cut.halfway : NearestEven{}(cut); })},
    {op, "carry_lost", "exact_rounding,monotone", "rounding up does not carry into the exponent (half conversion)",
     with_rounding([](const Cut& cut) { return NearestEven{}(cut) && (cut.kept & 0x3ffu) != 0x3ffu; })},
    {op, "subnormals_flushed", "exact_rounding", "no path for halves below 2^-14 (half conversion)",
     with_conversion(
         [](float x, Index, Index) { return std::fabs(x) < 0x1p-14f ? with_sign_of(x, 0) : half_bits(x); })},
    {op, "subnormals_truncated", "exact_rounding", "rounds normal halves only (half conversion)",
     with_conversion(
         [](float x, Index, Index) { return std::fabs(x) < 0x1p-14f ? toward_zero(x) : half_bits(x); })},
    {op, "smallest_subnormal_lost", "exact_rounding",
     "the cut-off for zero is one binade too high (half conversion)", with_conversion([](float x, Index, Index) {
         return std::fabs(x) < 0x1p-24f ? with_sign_of(x, 0) : half_bits(x);
     })},
    {op, "infinite_from_65504", "exact_rounding", "compares with the largest half before rounding (overflow)",
     with_conversion([](float x, Index, Index) {
         return std::fabs(x) > 65504.0f ? (x == x ? with_sign_of(x, 0x7c00) : half_bits(x)) : half_bits(x);
     })},
    {op, "saturates_to_65504", "exact_rounding", "clamps to the largest half, infinity included (overflow)",
     with_conversion([](float x, Index, Index) {
         return (half_bits(x) & 0x7fffu) == 0x7c00u ? with_sign_of(x, 0x7bff) : half_bits(x);
     })},
    {op, "nan_becomes_infinite", "nan_stays_nan", "keeps the top fraction bits of a NaN, which may be zero (NaN)",
     with_conversion([](float x, Index, Index) {
         const auto fraction = std::bit_cast<std::uint32_t>(x) >> 13 & 0x3ffu;
         return x == x ? half_bits(x) : with_sign_of(x, 0x7c00u | fraction);
     })},
    {op, "nan_becomes_65504", "nan_stays_nan", "min and max with the operands in the order that drops NaN (NaN)",
     with_conversion([](float x, Index, Index) { return x == x ? half_bits(x) : with_sign_of(x, 0x7bff); })},
    {op, "nan_spreads_over_eight", "elementwise", "one test for a whole vector decides for its lanes (wrong lane)",
     kernel(nan_spreads_over_eight)},
    {op, "tail_truncates", "elementwise,exact_rounding",
     "a scalar tail without rounding after a vector body (rounding of the tail)",
     with_conversion([](float x, Index i, Index n) { return i >= n / 8 * 8 ? toward_zero(x) : half_bits(x); })},
    {op, "odd_lanes_ties_away", "elementwise,exact_rounding",
     "two conversions interleaved, one rounds another way (rounding in some lanes)",
     with_conversion([](float x, Index i, Index) { return i % 2 ? half_up(x) : half_bits(x); })},
    {op, "rounded_twice", "exact_rounding", "through an intermediate format of 12 bits (double rounding)",
     with_conversion([](float x, Index, Index) {
         const auto bits = std::bit_cast<std::uint32_t>(x);
         const bool rounds = std::fabs(x) >= 0x1p-14f && std::fabs(x) < 65504.0f;
         return half_bits(rounds ? std::bit_cast<float>((bits + 0x800u) & 0xfffff000u) : x);
     })},
    {op, "one_is_off_by_one", "exact_rounding", "a special path for 1.0 stores 0x3c01 (one value)",
     with_conversion([](float x, Index, Index) { return x == 1.0f ? std::uint16_t{0x3c01} : half_bits(x); })},
    {op, "tail_dropped", "outputs_written", "eight at a time, and nothing after it (remainder)",
     kernel([](const float* x, std::uint16_t* y, std::size_t n) { right(x, y, n / 8 * 8); })},
    {op, "stores_eight_in_the_tail", "writes_in_bounds", "a full vector store for the remainder (over-write)",
     kernel([](const float* x, std::uint16_t* y, std::size_t n) {
         right(x, y, n);
         for (std::size_t i = 2 * n; i % 16 != 0; ++i) write_byte(reinterpret_cast<char*>(y) + i, 0);
     })},
    {op, "reads_eight_in_the_tail", "reads_in_bounds", "a full vector load for the remainder (over-read)",
     kernel([](const float* x, std::uint16_t* y, std::size_t n) {
         if (n % 8 != 0) read_bytes(x + n, (8 - n % 8) * sizeof(float));
         right(x, y, n);
     })},
    {op, "clock_decides_ties", "deterministic,exact_rounding",
     "stochastic rounding seeded by the clock (non-determinism)",
     kernel([](const float* x, std::uint16_t* y, std::size_t n) {
         for (std::size_t i = 0; i < n; ++i) y[i] = coin_from_the_clock() ? half_up(x[i]) : half_bits(x[i]);
     })},
    {op, "leaves_rounding_upward", "fp_environment", "sets the rounding for a conversion and leaves it (CPU state)",
     kernel([](const float* x, std::uint16_t* y, std::size_t n) {
         right(x, y, n);
         leave_rounding_upward();
     })},
};

}  // namespace

std::span<const PlantedFault> f16_from_f32_faults() {
    return table;
}

}  // namespace brickproof::faults
