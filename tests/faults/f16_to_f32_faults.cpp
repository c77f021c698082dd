#include "misbehaviour.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "f16.to_f32";
constexpr auto kernel = &erased<brickproof_f16_to_f32_fn>;
constexpr auto right = &floats_from_halves<>;

/// Of a conversion of (half, index, n).
template <class Convert>
Kernel with_conversion(Convert) {
    return kernel(&floats_from_halves<Convert>);
}

using Index = std::size_t;

bool is_subnormal(std::uint16_t half) {
    return (half & 0x7c00u) == 0 && (half & 0x3ffu) != 0;
}
bool has_top_exponent(std::uint16_t half) {
    return (half & 0x7c00u) == 0x7c00u;
}
float rebiased(unsigned half) {
    return std::bit_cast<float>((half & 0x8000u) << 16 | (((half >> 10 & 0x1fu) + 112) << 23) |
                                (half & 0x3ffu) << 13);
}

void pairs_swapped_in_the_second_vector(const std::uint16_t* x, float* y, std::size_t n) {
    right(x, y, n);
    for (std::size_t i = 8; i + 8 <= n; i += 16) std::swap(y[i + 3], y[i + 4]);
}

#if defined(__x86_64__)
void aligned_stores(const std::uint16_t* x, float* y, std::size_t n) {
    for (std::size_t i = 0; i + 4 <= n; i += 4) {
        _mm_store_ps(
            y + i, _mm_setr_ps(half_value(x[i]), half_value(x[i + 1]), half_value(x[i + 2]), half_value(x[i + 3])));
    }
    right(x + n / 4 * 4, y + n / 4 * 4, n % 4);
}
#endif

const PlantedFault table[] = {
    {op, "subnormals_flushed", "exact_value", "an exponent of zero counts as zero (half conversion)",
     with_conversion(
         [](std::uint16_t half, Index, Index) { return is_subnormal(half) ? 0.0f : half_value(half); })},
    {op, "subnormals_as_normals", "exact_value",
     "re-biases the exponent of subnormals like any other (half conversion)",
     with_conversion(
         [](std::uint16_t half, Index, Index) { return is_subnormal(half) ? rebiased(half) : half_value(half); })},
    {op, "smallest_subnormal_doubled", "exact_value", "the normalising loop stops one early at one bit (one value)",
     with_conversion([](std::uint16_t half, Index, Index) {
         return (half & 0x7fffu) == 1 ? 2 * half_value(half) : half_value(half);
     })},
    {op, "smallest_normal_as_subnormal", "exact_value", "<= where < belongs, at the bits 0x0400 alone (one value)",
     with_conversion([](std::uint16_t half, Index, Index) { return half == 0x0400u ? 0.0f : half_value(half); })},
    {op, "infinity_is_65536", "exact_value", "no path for the exponent 31 (NaN and infinity)",
     with_conversion([](std::uint16_t half, Index, Index) {
         return (half & 0x7fffu) == 0x7c00u ? rebiased(half) : half_value(half);
     })},
    {op, "nan_is_finite", "nan_stays_nan", "no path for the exponent 31 with a fraction (NaN and infinity)",
     with_conversion([](std::uint16_t half, Index, Index) {
         return has_top_exponent(half) && (half & 0x3ffu) ? rebiased(half) : half_value(half);
     })},
    {op, "nan_becomes_infinite", "nan_stays_nan", "writes the exponent and drops the fraction (NaN and infinity)",
     with_conversion([](std::uint16_t half, Index, Index) {
         return half_value(has_top_exponent(half) ? half & 0xfc00u : half);
     })},
    {op, "sign_of_subnormals_lost", "exact_value", "the subnormal path returns before the sign is set (sign)",
     with_conversion(
         [](std::uint16_t half, Index, Index) { return half_value(is_subnormal(half) ? half & 0x7fffu : half); })},
    {op, "sign_lost_on_infinity", "exact_value", "one constant for both infinities (sign)",
     with_conversion(
         [](std::uint16_t half, Index, Index) { return half_value(half == 0xfc00u ? 0x7c00u : half); })},
    {op, "lowest_bit_lost", "exact_value", "a table indexed by 15 bits (half conversion)",
     with_conversion([](std::uint16_t half, Index, Index) { return half_value(half & 0xfffeu); })},
    {op, "largest_half_is_infinite", "exact_value", "compares >= with the bits 0x7bff (one value)",
     with_conversion(
         [](std::uint16_t half, Index, Index) { return half_value(half == 0x7bffu ? 0x7c00u : half); })},
    {op, "lanes_3_and_4_swapped_in_the_second_vector", "exact_value,elementwise",
     "a wrong shuffle constant in one of two unrolled bodies (lane order)",
     kernel(pairs_swapped_in_the_second_vector)},
    {op, "tail_flushes_subnormals", "elementwise,exact_value", "the scalar tail has its own conversion (remainder)",
     with_conversion([](std::uint16_t half, Index i, Index n) {
         return i >= n / 8 * 8 && is_subnormal(half) ? 0.0f : half_value(half);
     })},
    {op, "element_n_minus_1_unwritten_at_odd_n", "outputs_written",
     "two at a time, and nothing after it (remainder)",
     kernel([](const std::uint16_t* x, float* y, std::size_t n) { right(x, y, n / 2 * 2); })},
    {op, "reads_16_bytes_in_the_tail", "reads_in_bounds", "a full vector load for the remainder (over-read)",
     kernel([](const std::uint16_t* x, float* y, std::size_t n) {
         if (n % 8 != 0) read_bytes(x + n, (8 - n % 8) * sizeof(std::uint16_t));
         right(x, y, n);
     })},
    {op, "address_decides_the_path", "alignment_independent,exact_value",
     "takes another path when the input crosses a 16-byte line, and loses the last bit there (address)",
     kernel([](const std::uint16_t* x, float* y, std::size_t n) {
         right(x, y, n);
         if (n > 0 && misalignment(x, 16) == 14) y[0] = half_value(x[0] & 0xfffeu);
     })},
    {op, "input_written_back", "inputs_unchanged", "byte-swaps its input in place and back (input written)",
     kernel([](const std::uint16_t* x, float* y, std::size_t n) {
         right(x, y, n);
         if (n > 0) write_back(x + n - 1);
     })},
    {op, "illegal_instruction_at_17", "no_crash",
     "an unreachable branch that is reached at one length (illegal instruction)",
     kernel([](const std::uint16_t* x, float* y, std::size_t n) {
         if (n == 17) __builtin_trap();
         right(x, y, n);
     })},
#if defined(__x86_64__)
    {op, "aligned_stores", "alignment_independent",
     "an aligned store to an address that is only 4-aligned (alignment fault)", kernel(aligned_stores)},
#endif
};

}  // namespace

std::span<const PlantedFault> f16_to_f32_faults() {
    return table;
}

}  // namespace brickproof::faults
