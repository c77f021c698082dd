#include <csignal>

#include "caller_state.hpp"
#include "misbehaviour.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {

#if defined(__x86_64__)
extern "C" {
void f16_loses_rbx();
void f16_loses_rbp();
void f16_loses_r12();
void f16_loses_r13();
void f16_loses_r14_in_the_tail();
void f16_loses_r15();
__attribute__((used, visibility("hidden"))) bool f16_always(const std::uint16_t* x, float* y, std::size_t n) {
    floats_from_halves<>(x, y, n);
    return true;
}
__attribute__((used, visibility("hidden"))) bool f16_in_the_tail(const std::uint16_t* x, float* y, std::size_t n) {
    floats_from_halves<>(x, y, n);
    return n > 64 && n % 8 != 0;
}
}
asm(R"(
    brickproof_loses f16_loses_rbx, f16_always, rbx
    brickproof_loses f16_loses_rbp, f16_always, rbp
    brickproof_loses f16_loses_r12, f16_always, r12
    brickproof_loses f16_loses_r13, f16_always, r13
    brickproof_loses f16_loses_r14_in_the_tail, f16_in_the_tail, r14
    brickproof_loses f16_loses_r15, f16_always, r15
)");
#endif

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

/// Filled at the first call; it is said to be full before it is, or after.
float by_a_table(std::uint16_t half, bool said_too_early) {
    static float values[65536];
    static std::atomic<bool> full = false;
    if (!full) {
        if (said_too_early) full = true;
        for (unsigned bits = 0; bits < 65536; ++bits) values[bits] = half_value(static_cast<std::uint16_t>(bits));
        full = true;
    }
    return values[half];
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
    {op, "table_said_to_be_full_before_it_is", "first_call",
     "the flag is set before the table is filled: a second thread reads zeros (first call, race)",
     with_conversion([](std::uint16_t half, Index, Index) { return by_a_table(half, true); })},
    {op, "first_long_call_uses_an_empty_table", "first_call",
     "the table for the vector path is filled after its first use (first call)",
     kernel([](const std::uint16_t* x, float* y, std::size_t n) {
         static bool filled = false;
         right(x, y, n);
         if (n >= 64 && !filled) y[n - 1] = 0.5f;
         filled = filled || n >= 64;
     })},
    {op, "raises_sigterm_at_33", "no_crash", "ends the program where it cannot go on (signal)",
     kernel([](const std::uint16_t* x, float* y, std::size_t n) {
         if (n == 33) std::raise(SIGTERM);
         right(x, y, n);
     })},
    {op, "counts_with_a_signal", "keeps_signals", "a handler of its own for the rare path (signal)",
     kernel([](const std::uint16_t* x, float* y, std::size_t n) {
         if (n > 64) std::signal(SIGUSR1, SIG_IGN);
         right(x, y, n);
     })},
#if defined(__x86_64__)
    {op, "loses_rbx", "keeps_registers", "hand-written assembly without a push and a pop (register)",
     erased(f16_loses_rbx)},
    {op, "loses_rbp", "keeps_registers", "the frame pointer as a counter (register)", erased(f16_loses_rbp)},
    {op, "loses_r12", "keeps_registers", "a clobber that is not stated (register)", erased(f16_loses_r12)},
    {op, "loses_r13", "keeps_registers", "a clobber that is not stated (register)", erased(f16_loses_r13)},
    {op, "loses_r14_in_the_tail", "keeps_registers", "the tail's way out leaves the pop out (register)",
     erased(f16_loses_r14_in_the_tail)},
    {op, "loses_r15", "keeps_registers", "a clobber that is not stated (register)", erased(f16_loses_r15)},
    {op, "aligned_stores", "alignment_independent",
     "an aligned store to an address that is only 4-aligned (alignment fault)", kernel(aligned_stores)},
#endif
};

}  // namespace

std::span<const PlantedFault> f16_to_f32_faults() {
    return table;
}

}  // namespace brickproof::faults
