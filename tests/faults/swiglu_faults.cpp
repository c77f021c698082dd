#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdint>

#include "caller_state.hpp"
#include "exp_pieces.hpp"
#include "misbehaviour.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "swiglu";
constexpr auto kernel = &erased<brickproof_swiglu_fn>;

using Index = std::size_t;

float silu(float gate) {
    return gate / (1.0f + exp_nearest(-gate));
}

void right(const float* gate, const float* up, float* y, Index n) {
    for (Index i = 0; i < n; ++i) y[i] = silu(gate[i]) * up[i];
}

/// Of value(gate, up).
template <class Value>
Kernel with_value(Value) {
    return kernel([](const float* gate, const float* up, float* y, Index n) {
        for (Index i = 0; i < n; ++i) y[i] = Value{}(gate[i], up[i]);
    });
}

/// Of an exp.
template <class Exp>
Kernel with_exp(Exp) {
    return with_value([](float gate, float up) { return gate / (1.0f + Exp{}(-gate)) * up; });
}

/// Schraudolph's: the exponent field by a linear map, 4% off.
float exp_schraudolph(float x) {
    const float bits = 12102203.0f * std::clamp(x, -87.0f, 88.0f) + 1064866805.0f;
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
}

/// Four terms about the nearest integer power of two: 4e-5 off.
float exp_short_polynomial(float x) {
    const float n = std::nearbyint(std::clamp(x, -120.0f, 120.0f) * 1.442695f);
    const float r = std::clamp(x, -120.0f, 120.0f) - n * 0.6931472f;
    return std::ldexp(1.0f + r * (1.0f + r * (0.5f + r * (1.0f / 6 + r / 24))), static_cast<int>(n));
}

#if defined(__x86_64__)
/// A vector of the tail is staged on the stack, and only half of it is set.
void tail_staged_on_the_stack(const float* gate, const float* up, float* y, Index n) {
    right(gate, up, y, n);
    if (n % 8 == 0) return;
    float staged[8];
    leave_as_found(staged);
    for (Index i = 0; i < n % 8; ++i) staged[i] = y[n - n % 8 + i];
    float sum = 0;
    for (const float value : staged) sum += 0.0f * value;
    y[n - 1] += sum - sum;
}
#endif

void pairs_swapped_in_the_second_vector(const float* gate, const float* up, float* y, Index n) {
    right(gate, up, y, n);
    for (Index i = 8; i + 8 <= n; i += 16) std::swap(y[i + 3], y[i + 4]);
}

void gates_staged_in_a_static_buffer(const float* gate, const float* up, float* y, Index n) {
    static volatile float staged[8];
    for (Index begin = 0; begin < n; begin += 8) {
        const Index count = std::min<Index>(8, n - begin);
        for (Index i = 0; i < count; ++i) staged[i] = silu(gate[begin + i]);
        for (Index i = 0; i < count; ++i) y[begin + i] = staged[i] * up[begin + i];
    }
}

#if defined(__x86_64__)
void aligned_loads_of_up(const float* gate, const float* up, float* y, Index n) {
    right(gate, up, y, n);
    for (Index i = 0; i + 4 <= n; i += 4) {
        const __m128 values = _mm_load_ps(up + i);
        [[maybe_unused]] const volatile int used = _mm_movemask_ps(values);
    }
}

/// Looks at one of its operands only.
void aligned_stores_where_gate_is_aligned(const float* gate, const float* up, float* y, Index n) {
    if (reinterpret_cast<std::uintptr_t>(gate) % 32 != 0) return right(gate, up, y, n);
    Index i = 0;
    for (; i + 4 <= n; i += 4) {
        float four[4];
        right(gate + i, up + i, four, 4);
        _mm_store_ps(y + i, _mm_loadu_ps(four));
    }
    right(gate + i, up + i, y + i, n - i);
}
#endif

/// A NaN sends its whole vector of eight through a coarser form.
void neighbours_of_a_nan_are_coarse(const float* gate, const float* up, float* y, Index n) {
    right(gate, up, y, n);
    for (Index i = 0; i < n; ++i)
        if (std::isnan(gate[i]))
            for (Index k = i / 8 * 8; k < std::min(n, i / 8 * 8 + 8); ++k) y[k] *= 1.0001f;
}

const PlantedFault table[] = {
#if defined(__x86_64__)
    {op, "tail_staged_on_a_stack_as_found", "error_within_bound,elementwise",
     "lanes that are not used are multiplied by 0 and added (memory that nobody set)",
     kernel(tail_staged_on_the_stack)},
#endif
    {op, "sends_an_interrupt_at_47", "no_crash", "a debugger's trap was left in (signal)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         right(gate, up, y, n);
         if (n == 47) std::raise(SIGINT);
     })},
    {op, "flush_to_zero_left_on_by_the_first_long_call", "fp_environment",
     "set once, for the process, where it pays (environment, state)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         static bool done = false;
         right(gate, up, y, n);
         if (n > 200 && !done) leave_flush_to_zero_on();
         done = done || n > 200;
     })},
    {op, "tail_of_8_inexact_beyond_256", "error_within_bound",
     "a second loop for long rows has a tail of its own (size class and remainder)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         right(gate, up, y, n);
         if (n > 256 && n % 16 == 8) y[n - 1] = cut_to_bf16(y[n - 1]);
     })},
    {op, "infinite_gate_gives_nan", "infinite_operands", "its exp takes Inf - Inf (infinity)",
     with_exp([](float x) { return exp_nearest(x - (x - x)); })},
    {op, "nan_makes_its_vector_less_exact", "infinite_operands",
     "a register with a NaN or an Inf takes a slow path of fewer terms (neighbours)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         right(gate, up, y, n);
         for (Index i = 0; i < n; ++i)
             if (!std::isfinite(gate[i / 8 * 8]) && std::isfinite(gate[i])) y[i] = cut_to_bf16(y[i]);
     })},
    {op, "old_y_times_0", "deterministic", "beta = 0 reads y all the same (old contents)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         for (Index i = 0; i < n; ++i) y[i] = 0.0f * y[i] + silu(gate[i]) * up[i];
     })},
    {op, "static_buffer_for_long_rows_only", "thread_safe", "a scratch row from 2,000 values on (race, size class)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         if (n < 2000) return right(gate, up, y, n);
         gates_staged_in_a_static_buffer(gate, up, y, n);
     })},
    {op, "gate_and_up_swapped", "error_within_bound,linear_in_up", "the activation is applied to up (operand)",
     with_value([](float gate, float up) { return silu(up) * gate; })},
    {op, "sigmoid_for_silu", "error_within_bound", "the factor gate is forgotten (formula)",
     with_value([](float gate, float up) { return 1.0f / (1.0f + exp_nearest(-gate)) * up; })},
    {op, "sign_of_the_exponent", "error_within_bound,limits", "exp(gate) for exp(-gate) (swapped sign)",
     with_value([](float gate, float up) { return gate / (1.0f + exp_nearest(gate)) * up; })},
    {op, "gelu_for_silu", "error_within_bound", "the other activation of the same family (formula)",
     with_value([](float gate, float up) {
         const float inner = 0.7978845608f * (gate + 0.044715f * gate * gate * gate);
         return 0.5f * gate * (1.0f + std::tanh(inner)) * up;
     })},
    {op, "exp_saturates_at_80", "limits,error_within_bound",
     "clamps the argument so early that large negative gates leak (exp range)",
     with_exp([](float x) { return exp_nearest(std::min(x, 80.0f)); })},
    {op, "exp_saturates_at_88", "limits,error_within_bound", "clamps where exp would overflow (exp range)",
     with_exp([](float x) { return exp_nearest(std::min(x, 88.0f)); })},
    {op, "infinity_over_infinity", "no_nan", "gate exp(gate) / (1 + exp(gate)) (exp overflow)",
     with_value([](float gate, float up) {
         const float e = exp_nearest(gate);
         return gate * (e / (1.0f + e)) * up;
     })},
    {op, "identity_from_8_on", "odd_part,error_within_bound",
     "a shortcut for large gates that begins early (branch)",
     with_value([](float gate, float up) { return (gate > 8.0f ? gate : silu(gate)) * up; })},
    {op, "zero_below_minus_20", "error_within_bound,odd_part", "a shortcut for small results (branch)",
     with_value([](float gate, float up) { return gate < -20.0f ? 0.0f : silu(gate) * up; })},
    {op, "sign_of_up_lost", "sign_of_up,error_within_bound", "works on magnitudes and sets the gate's sign (sign)",
     with_value([](float gate, float up) { return silu(gate) * std::fabs(up); })},
    {op, "up_clamped_at_65504", "linear_in_up,error_within_bound", "up came from a half once (range)",
     with_value([](float gate, float up) { return silu(gate) * std::clamp(up, -65504.0f, 65504.0f); })},
    {op, "result_clamped_to_the_largest_float", "overflow_is_infinite",
     "saturates instead of overflowing (infinity)", with_value([](float gate, float up) {
         const float y = silu(gate) * up;
         constexpr float largest = std::numeric_limits<float>::max();
         return y == y ? std::clamp(y, -largest, largest) : y;
     })},
    {op, "offset_against_division_by_zero", "zero,error_within_bound",
     "a small number is added to the gate (guard)",
     with_value([](float gate, float up) { return silu(gate + 1e-12f) * (up + 1e-12f); })},
    {op, "nan_gate_laundered_by_a_clamp", "nan_stays_nan", "max with its operands the wrong way round (NaN)",
     with_value([](float gate, float up) { return silu(gate > -100.0f ? gate : -100.0f) * up; })},
    {op, "nan_result_replaced_by_zero", "nan_stays_nan", "hides what a projection got wrong (NaN)",
     with_value([](float gate, float up) {
         const float y = silu(gate) * up;
         return y == y ? y : 0.0f;
     })},
    {op, "exp_rounded_to_half", "error_within_bound", "the exp passes through a half (precision)",
     with_exp([](float x) { return rounded_to_half(exp_nearest(x)); })},
    {op, "exp_of_four_terms", "error_within_bound", "a polynomial of too low a degree (precision)",
     with_exp([](float x) { return exp_short_polynomial(x); })},
    {op, "exp_by_the_exponent_field", "error_within_bound", "Schraudolph's exp (precision)",
     with_exp([](float x) { return exp_schraudolph(x); })},
    {op, "bf16_result", "error_within_bound", "stores by the upper half of the bits (precision)",
     with_value([](float gate, float up) { return cut_to_bf16(silu(gate) * up); })},
    {op, "subnormal_up_flushed", "error_within_bound", "denormals are zero in one operand (subnormals)",
     with_value([](float gate, float up) { return silu(gate) * (std::fabs(up) < 0x1p-126f ? 0.0f : up); })},
    {op, "pairs_swapped_in_the_second_vector", "error_within_bound",
     "a wrong shuffle constant in one of two unrolled bodies (lane order)",
     kernel(pairs_swapped_in_the_second_vector)},
    {op, "tail_takes_up_from_the_last_vector", "error_within_bound,limits",
     "the pointer to up is not advanced before the tail (remainder)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         right(gate, up, y, n);
         for (Index i = n / 8 * 8; i < n && i >= 8; ++i) y[i] = silu(gate[i]) * up[i - 8];
     })},
    {op, "lane_5_lost_beyond_4096", "error_within_bound",
     "a second loop for large sizes misses a lane (size class)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         right(gate, up, y, n);
         for (Index i = 4096 + 5; i < n; i += 8) y[i] = 0.0f;
     })},
    {op, "last_value_dropped", "outputs_written", "the tail loop ends one value too early (remainder)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         right(gate, up, y, n % 8 == 0 ? n : n - 1);
     })},
    {op, "accumulates_into_y", "error_within_bound,deterministic",
     "+= into an output that nobody cleared (old contents)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         for (Index i = 0; i < n; ++i) y[i] += silu(gate[i]) * up[i];
     })},
    {op, "reads_a_vector_in_the_tail", "reads_in_bounds", "a full vector load for the remainder (over-read)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         if (n % 8 != 0) read_bytes(gate + n, (8 - n % 8) * sizeof(float));
         right(gate, up, y, n);
     })},
    {op, "writes_a_vector_in_the_tail", "writes_in_bounds", "a full vector store for the remainder (over-write)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         right(gate, up, y, n);
         for (Index i = n; i % 8 != 0; ++i) write_byte(y + i, 0);
     })},
    {op, "neighbours_of_a_nan_are_coarse", "nan_stays_nan", "one NaN makes its register less exact (NaN)",
     kernel(neighbours_of_a_nan_are_coarse)},
    {op, "gates_staged_in_a_static_buffer", "thread_safe", "a static scratch vector shared by all threads (race)",
     kernel(gates_staged_in_a_static_buffer)},
    {op, "leaves_flush_to_zero_on", "fp_environment", "sets MXCSR for speed and does not set it back (CPU state)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         right(gate, up, y, n);
         leave_flush_to_zero_on();
     })},
    {op, "gate_overwritten_by_silu", "inputs_unchanged",
     "uses its input as scratch and puts it back (input written)",
     kernel([](const float* gate, const float* up, float* y, Index n) {
         right(gate, up, y, n);
         if (n > 0) write_back(gate);
     })},
#if defined(__x86_64__)
    {op, "aligned_loads_of_up", "alignment_independent,no_crash",
     "an aligned load from an address that is only 4-aligned (alignment fault)", kernel(aligned_loads_of_up)},
    {op, "aligned_stores_where_gate_is_aligned", "alignment_independent",
     "asks one operand for its alignment and takes all to have it (alignment fault)",
     kernel(aligned_stores_where_gate_is_aligned)},
#endif
};

}  // namespace

std::span<const PlantedFault> swiglu_faults() {
    return table;
}

}  // namespace brickproof::faults
