#include <csignal>
#include <numeric>

#include "caller_state.hpp"
#include "misbehaviour.hpp"
#include "reference_pieces.hpp"
#include "rms_norm_pieces.hpp"

namespace brickproof::faults {

#if defined(__x86_64__)
extern "C" void rms_norm_loses_r12_at_the_second_long_call();
extern "C" __attribute__((used, visibility("hidden"))) bool rms_norm_second_long_call(const float* x,
                                                                                      const float* weight, float* y,
                                                                                      std::size_t n, float eps) {
    static unsigned calls = 0;
    rms_norm_of<>(x, weight, y, n, eps);
    return n > 100 && ++calls == 2;
}
asm("brickproof_loses rms_norm_loses_r12_at_the_second_long_call, rms_norm_second_long_call, r12");
#endif

namespace {

constexpr auto op = "rms_norm";
constexpr auto kernel = &erased<brickproof_rms_norm_fn>;
constexpr auto right = &rms_norm_of<>;

using Size = std::size_t;

/// Of sum(x, n), the sum of squares.
template <class Sum>
Kernel with_sum(Sum) {
    return kernel(&rms_norm_of<Sum>);
}

/// Of mean(sum, n, eps), what is under the root.
template <class Mean>
Kernel with_mean(Mean) {
    return kernel(&rms_norm_of<FloatSum, Mean>);
}

/// Of factor(mean), 1 / root.
template <class Factor>
Kernel with_factor(Factor) {
    return kernel(&rms_norm_of<FloatSum, MeanPlusEps, Factor>);
}

/// Of product(x, weight, factor), a value of y.
template <class Product>
Kernel with_product(Product) {
    return kernel(&rms_norm_of<FloatSum, MeanPlusEps, OneOverRoot, Product>);
}

void eps_outside_the_root(const float* x, const float* weight, float* y, Size n, float eps) {
    const float factor = 1.0f / (std::sqrt(FloatSum{}(x, n) / static_cast<float>(n)) + eps);
    for (Size i = 0; i < n; ++i) y[i] = x[i] * factor * weight[i];
}

void layer_norm(const float* x, const float* weight, float* y, Size n, float eps) {
    const float mean = std::accumulate(x, x + n, 0.0f) / static_cast<float>(n);
    float variance = 0;
    for (Size i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean);
    const float factor = 1.0f / std::sqrt(variance / static_cast<float>(n) + eps);
    for (Size i = 0; i < n; ++i) y[i] = (x[i] - mean) * factor * weight[i];
}

void weight_of_the_first_lanes_in_the_tail(const float* x, const float* weight, float* y, Size n, float eps) {
    const float factor = OneOverRoot{}(MeanPlusEps{}(FloatSum{}(x, n), n, eps));
    for (Size i = 0; i < n; ++i) y[i] = x[i] * factor * weight[i < n / 8 * 8 ? i : i % 8];
}

void every_odd_weight_from_its_left(const float* x, const float* weight, float* y, Size n, float eps) {
    right(x, weight, y, n, eps);
    const float factor = OneOverRoot{}(MeanPlusEps{}(FloatSum{}(x, n), n, eps));
    for (Size i = 1; i < n; i += 2) y[i] = x[i] * factor * weight[i - 1];
}

#if defined(__x86_64__)
/// eps comes in the lowest lane of its register; in the others lies anything.
void eps_not_broadcast(const float* x, const float* weight, float* y, Size n, __m128 eps) {
    alignas(16) float lanes[4];
    _mm_store_ps(lanes, eps);
    const float mean = FloatSum{}(x, n) / static_cast<float>(n);
    for (Size i = 0; i < n; ++i) y[i] = x[i] * weight[i] / std::sqrt(mean + lanes[i % 4]);
}

void sum_in_a_register_as_found(const float* x, const float* weight, float* y, Size n, float eps) {
    const float found = accumulator_as_found();
    const float mean = ((found - found) + FloatSum{}(x, n)) / static_cast<float>(n) + eps;
    for (Size i = 0; i < n; ++i) y[i] = x[i] / std::sqrt(mean) * weight[i];
}
#endif

void nan_makes_zeros(const float* x, const float* weight, float* y, Size n, float eps) {
    right(x, weight, y, n, eps);
    for (Size i = 0; i < n; ++i) {
        if (y[i] != y[i]) y[i] = 0;
    }
}

void nan_left_out_of_the_sum(const float* x, const float* weight, float* y, Size n, float eps) {
    float sum = 0;
    for (Size i = 0; i < n; ++i) sum += x[i] == x[i] ? x[i] * x[i] : 0;
    const float factor = 1.0f / std::sqrt(sum / static_cast<float>(n) + eps);
    for (Size i = 0; i < n; ++i) y[i] = x[i] * factor * weight[i];
}

void squares_in_a_static_buffer(const float* x, const float* weight, float* y, Size n, float eps) {
    static volatile float partial[8];
    for (volatile float& sum : partial) sum = 0;
    for (Size i = 0; i < n; ++i) partial[i % 8] = partial[i % 8] + x[i] * x[i];
    float sum = 0;
    for (const volatile float& lane : partial) sum += lane;
    const float factor = 1.0f / std::sqrt(sum / static_cast<float>(n) + eps);
    for (Size i = 0; i < n; ++i) y[i] = x[i] * factor * weight[i];
}

void adds_to_y(const float* x, const float* weight, float* y, Size n, float eps) {
    const float factor = OneOverRoot{}(MeanPlusEps{}(FloatSum{}(x, n), n, eps));
    for (Size i = 0; i < n; ++i) y[i] += x[i] * factor * weight[i];
}

#if defined(__x86_64__)
void aligned_loads_of_weight(const float* x, const float* weight, float* y, Size n, float eps) {
    right(x, weight, y, n, eps);
    for (Size i = 0; i + 4 <= n; i += 4) {
        [[maybe_unused]] const volatile int used = _mm_movemask_ps(_mm_load_ps(weight + i));
    }
}
#endif

const PlantedFault table[] = {
#if defined(__x86_64__)
    {op, "eps_not_broadcast", "error_within_bound,exact_mean",
     "a float argument taken for a vector (garbage in its upper lanes)", erased(eps_not_broadcast)},
    {op, "sum_cleared_by_a_difference", "error_within_bound,exact_mean",
     "the accumulator's register is cleared by x - x: a NaN stays (register that nobody set)",
     kernel(sum_in_a_register_as_found)},
    {op, "loses_r12_at_the_second_long_call", "keeps_registers", "a clobber that is not stated (register, state)",
     erased(rms_norm_loses_r12_at_the_second_long_call)},
#endif
    {op, "raises_an_alarm", "no_crash", "asks for time in its own way (signal)",
     kernel([](const float* x, const float* weight, float* y, Size n, float eps) {
         right(x, weight, y, n, eps);
         if (n > 200) std::raise(SIGALRM);
     })},
    {op, "first_call_of_a_process_is_inexact", "first_call", "calibrates itself in its first call (first call)",
     kernel([](const float* x, const float* weight, float* y, Size n, float eps) {
         static bool calibrated = false;
         right(x, weight, y, n, eps);
         if (n > 0 && !calibrated) y[0] = cut_to_bf16(y[0] * 1.01f);
         calibrated = calibrated || n > 0;
     })},
    {op, "last_term_dropped_beyond_192", "exact_mean",
     "the tail of the unrolled loop ends early (size class and remainder)",
     kernel([](const float* x, const float* weight, float* y, Size n, float eps) {
         const bool dropped = n > 192 && n % 16 >= 2 && n % 16 <= 14;
         const float mean = FloatSum{}(x, dropped ? n - 1 : n) / static_cast<float>(n) + eps;
         for (Size i = 0; i < n; ++i) y[i] = x[i] / std::sqrt(mean) * weight[i];
     })},
    {op, "sum_keeps_a_nan_of_another_call", "deterministic", "a scratch sum is cleared by a product with 0 (state)",
     kernel([](const float* x, const float* weight, float* y, Size n, float eps) {
         static thread_local float sum = 0;
         sum = 0.0f * sum + FloatSum{}(x, n);
         const float mean = sum / static_cast<float>(n) + eps;
         for (Size i = 0; i < n; ++i) y[i] = x[i] / std::sqrt(mean) * weight[i];
     })},
    {op, "eps_outside_the_root", "exact_mean", "1 / (rms + eps) (formula)", kernel(eps_outside_the_root)},
    {op, "eps_forgotten", "exact_mean", "no eps at all (formula)",
     with_mean([](float sum, Size n, float) { return sum / static_cast<float>(n); })},
    {op, "eps_hard_coded", "exact_mean,power_of_two_equivariance",
     "1e-5, whatever the model says (parameter not read)",
     with_mean([](float sum, Size n, float) { return sum / static_cast<float>(n) + 1e-5f; })},
    {op, "eps_before_the_division", "exact_mean", "(sum + eps) / n (formula)",
     with_mean([](float sum, Size n, float eps) { return (sum + eps) / static_cast<float>(n); })},
    {op, "mean_over_n_minus_1", "exact_mean", "the unbiased estimate (formula)",
     with_mean(
         [](float sum, Size n, float eps) { return sum / static_cast<float>(std::max<Size>(n, 2) - 1) + eps; })},
    {op, "mean_over_n_rounded_up_to_8", "exact_mean,unit_weights_give_unit_rms",
     "divides by the padded length (tail)",
     with_mean([](float sum, Size n, float eps) { return sum / static_cast<float>((n + 7) / 8 * 8) + eps; })},
    {op, "sum_without_tail", "exact_mean", "the squares of the last n % 8 values are left out (tail)",
     with_sum([](const float* x, Size n) { return FloatSum{}(x, n < 8 ? n : n / 8 * 8); })},
    {op, "last_square_dropped_at_residue_7", "exact_mean", "a tail loop that ends too early at one residue (tail)",
     with_sum([](const float* x, Size n) { return FloatSum{}(x, n % 8 == 7 ? n - 1 : n); })},
    {op, "one_square_lost_beyond_4096", "exact_mean", "a lane is lost in the second tile (one size class)",
     with_sum([](const float* x, Size n) { return FloatSum{}(x, n) - (n > 4096 ? x[4096] * x[4096] : 0); })},
    {op, "first_square_twice", "exact_mean", "the accumulator starts with the first square (doubled term)",
     with_sum([](const float* x, Size n) { return n == 0 ? 0 : x[0] * x[0] + FloatSum{}(x, n); })},
    {op, "half_accumulator", "exact_mean,error_within_bound", "the sum is kept in half precision (precision)",
     with_sum([](const float* x, Size n) {
         float sum = 0;
         for (Size i = 0; i < n; ++i) sum = rounded_to_half(sum + x[i] * x[i]);
         return sum;
     })},
    {op, "bf16_factor", "exact_mean,error_within_bound", "the factor passes through a bfloat16 (precision)",
     with_factor([](float mean) { return cut_to_bf16(1.0f / std::sqrt(mean)); })},
    {op, "estimate_without_newton", "exact_mean,error_within_bound",
     "an estimate of 12 bits, and no Newton step (precision)", with_factor([](float mean) {
         const float factor = 1.0f / std::sqrt(mean);
         return factor - factor * 0x1.8p-13f;
     })},
    {op, "mean_instead_of_root", "exact_mean,power_of_two_equivariance", "divides by the mean square (formula)",
     with_factor([](float mean) { return 1.0f / mean; })},
    {op, "layer_norm", "exact_mean", "subtracts the mean (another norm)", kernel(layer_norm)},
    {op, "weight_plus_1", "exact_mean,weight_doubling", "weights of Gemma, stored less 1 (another convention)",
     with_product([](float x, float weight, float factor) { return x * factor * (1.0f + weight); })},
    {op, "weight_forgotten", "exact_mean", "normalised, not scaled (operand)",
     with_product([](float x, float, float factor) { return x * factor; })},
    {op, "sign_lost", "exact_mean,sign", "the root of x^2 where x was meant (sign)",
     with_product([](float x, float weight, float factor) { return std::sqrt(x * x) * factor * weight; })},
    {op, "saturated_at_16", "error_within_bound,power_of_two_equivariance,permutation",
     "normalised values are clamped to +-16, for a later int8 (saturation)",
     with_product(
         [](float x, float weight, float factor) { return std::clamp(x * factor, -16.0f, 16.0f) * weight; })},
    {op, "weight_of_the_first_lanes_in_the_tail", "exact_mean", "the weight pointer is reset for the tail (stride)",
     kernel(weight_of_the_first_lanes_in_the_tail)},
    {op, "every_odd_weight_from_its_left", "exact_mean,weight_locality", "a wrong shuffle of weights (lane order)",
     kernel(every_odd_weight_from_its_left)},
    {op, "guard_against_zero_rms", "exact_mean,zero_in_zero_out",
     "0/0 guarded by returning the weights (special case)",
     kernel([](const float* x, const float* weight, float* y, Size n, float eps) {
         right(x, weight, y, n, eps);
         if (FloatSum{}(x, n) == 0) std::copy_n(weight, n, y);
     })},
    {op, "nan_makes_zeros", "nan_of_x_reaches_all,nonfinite_stays", "NaN is cleaned away (NaN laundered)",
     kernel(nan_makes_zeros)},
    {op, "nan_left_out_of_the_sum", "nan_of_x_reaches_all", "a compare-and-mask that drops NaN (NaN laundered)",
     kernel(nan_left_out_of_the_sum)},
    {op, "reads_a_whole_vector_of_x", "reads_in_bounds", "loads eight values for the tail (over-read)",
     kernel([](const float* x, const float* weight, float* y, Size n, float eps) {
         right(x, weight, y, n, eps);
         if (n % 8 != 0) read_bytes(x + n, sizeof(float) * (8 - n % 8));
     })},
    {op, "writes_a_whole_vector_of_y", "writes_in_bounds", "stores eight values for the tail (over-write)",
     kernel([](const float* x, const float* weight, float* y, Size n, float eps) {
         right(x, weight, y, n, eps);
         for (Size i = n; i % 8 != 0; ++i) write_byte(y + i, 0);
     })},
    {op, "tail_unwritten", "outputs_written", "no loop after the vectors (output unwritten)",
     kernel([](const float* x, const float* weight, float* y, Size n, float eps) {
         const float factor = OneOverRoot{}(MeanPlusEps{}(FloatSum{}(x, n), n, eps));
         for (Size i = 0; i < n / 4 * 4; ++i) y[i] = x[i] * factor * weight[i];
     })},
    {op, "adds_to_y", "deterministic,exact_mean", "+= into an output that nobody cleared (old contents)",
     kernel(adds_to_y)},
    {op, "squares_in_a_static_buffer", "thread_safe", "a static scratch buffer shared by all threads (race)",
     kernel(squares_in_a_static_buffer)},
    {op, "flush_to_zero_left_on", "fp_environment", "switched on for speed, never off again (CPU state)",
     kernel([](const float* x, const float* weight, float* y, Size n, float eps) {
         right(x, weight, y, n, eps);
         leave_flush_to_zero_on();
     })},
#if defined(__x86_64__)
    {op, "aligned_loads_of_weight", "alignment_independent,no_crash",
     "an aligned load where floats are aligned to 4 (alignment fault)", kernel(aligned_loads_of_weight)},
#endif
};

}  // namespace

std::span<const PlantedFault> rms_norm_faults() {
    return table;
}

}  // namespace brickproof::faults
