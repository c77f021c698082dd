#include <limits>
#include <vector>

#include "exp_pieces.hpp"
#include "misbehaviour.hpp"
#include "reference_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "softmax";
constexpr auto kernel = &erased<brickproof_softmax_fn>;

using Index = std::size_t;

constexpr float masked = -std::numeric_limits<float>::infinity();

struct LargestOfAll {
    float operator()(const float* x, Index n) const {
        float largest = masked;
        for (Index i = 0; i < n; ++i) largest = std::max(largest, x[i]);
        return largest;
    }
};
struct NearestExp {
    float operator()(float distance) const { return exp_nearest(distance); }
};
struct SumOfAll {
    float operator()(const float* terms, Index n) const {
        float sum = 0;
        for (Index i = 0; i < n; ++i) sum += terms[i];
        return sum;
    }
};
struct Quotient {
    float operator()(float term, float sum) const { return term / sum; }
};

/// A row whose entries are all masked becomes zeros.
template <class Largest = LargestOfAll, class Exp = NearestExp, class Sum = SumOfAll, class Result = Quotient>
void softmax(const float* x, float* y, Index n) {
    const float largest = Largest{}(x, n);
    const float shift = largest == masked ? 0.0f : largest;
    for (Index i = 0; i < n; ++i) y[i] = Exp{}(x[i] - shift);
    const float sum = Sum{}(y, n);
    for (Index i = 0; i < n; ++i) y[i] = sum == 0 ? 0.0f : Result{}(y[i], sum);
}

constexpr auto right = &softmax<>;

template <class Largest>
Kernel with_largest(Largest) {
    return kernel(&softmax<Largest>);
}
template <class Exp>
Kernel with_exp(Exp) {
    return kernel(&softmax<LargestOfAll, Exp>);
}
template <class Sum>
Kernel with_sum(Sum) {
    return kernel(&softmax<LargestOfAll, NearestExp, Sum>);
}
template <class Result>
Kernel with_result(Result) {
    return kernel(&softmax<LargestOfAll, NearestExp, SumOfAll, Result>);
}
/// Of edit(value), before anything else.
template <class Edit>
Kernel with_input(Edit) {
    return kernel([](const float* x, float* y, Index n) {
        for (Index i = 0; i < n; ++i) y[i] = Edit{}(x[i]);
        const float largest = LargestOfAll{}(y, n);
        for (Index i = 0; i < n; ++i) y[i] = exp_nearest(y[i] - (largest == masked ? 0.0f : largest));
        const float sum = SumOfAll{}(y, n);
        for (Index i = 0; i < n; ++i) y[i] /= sum;
    });
}

/// A running maximum; a first entry that is masked leaves it at -Inf, and -Inf - -Inf is NaN.
void online_without_masks(const float* x, float* y, Index n) {
    float largest = masked;
    float sum = 0;
    for (Index i = 0; i < n; ++i) {
        const float larger = std::max(largest, x[i]);
        sum = sum * exp_nearest(largest - larger) + exp_nearest(x[i] - larger);
        largest = larger;
    }
    for (Index i = 0; i < n; ++i) y[i] = exp_nearest(x[i] - largest) / sum;
}

/// A running maximum whose sum is not scaled when it grows.
void online_without_rescaling(const float* x, float* y, Index n) {
    float largest = masked;
    float sum = 0;
    for (Index i = 0; i < n; ++i) {
        largest = std::max(largest, x[i]);
        sum += x[i] == masked ? 0.0f : exp_nearest(x[i] - largest);
    }
    for (Index i = 0; i < n; ++i) y[i] = largest == masked ? 0.0f : exp_nearest(x[i] - largest) / sum;
}

void prescaled_to_base_2(const float* x, float* y, Index n) {
    constexpr float log2e = 1.44269504f;
    const float shift = LargestOfAll{}(x, n) * log2e;
    for (Index i = 0; i < n; ++i) y[i] = std::exp2(x[i] * log2e - shift);
    const float sum = SumOfAll{}(y, n);
    for (Index i = 0; i < n; ++i) y[i] /= sum;
}

void coarse_exp_in_the_tail(const float* x, float* y, Index n) {
    const float largest = LargestOfAll{}(x, n);
    for (Index i = 0; i < n; ++i) {
        const float exact = exp_nearest(x[i] - largest);
        y[i] = i < n / 8 * 8 ? exact : rounded_to_half(exact);
    }
    const float sum = SumOfAll{}(y, n);
    for (Index i = 0; i < n; ++i) y[i] /= sum;
}

void pairs_swapped_in_the_second_vector(const float* x, float* y, Index n) {
    right(x, y, n);
    for (Index i = 8; i + 8 <= n; i += 16) std::swap(y[i + 3], y[i + 4]);
}

void terms_staged_in_a_static_buffer(const float* x, float* y, Index n) {
    static volatile float staged[8];
    const float largest = LargestOfAll{}(x, n);
    for (Index begin = 0; begin < n; begin += 8) {
        const Index count = std::min<Index>(8, n - begin);
        for (Index i = 0; i < count; ++i) staged[i] = exp_nearest(x[begin + i] - largest);
        for (Index i = 0; i < count; ++i) y[begin + i] = staged[i];
    }
    const float sum = SumOfAll{}(y, n);
    for (Index i = 0; i < n; ++i) y[i] /= sum;
}

#if defined(__x86_64__)
void aligned_loads_of_x(const float* x, float* y, Index n) {
    right(x, y, n);
    for (Index i = 0; i + 4 <= n; i += 4) {
        const __m128 values = _mm_load_ps(x + i);
        [[maybe_unused]] const volatile int used = _mm_movemask_ps(values);
    }
}
#endif

const PlantedFault table[] = {
    {op, "without_the_maximum", "no_overflow,equal_entries",
     "exp(x) over its sum, as the textbook has it (overflow)",
     with_largest([](const float*, Index) { return 0.0f; })},
    {op, "maximum_starts_at_0", "equal_entries,error_within_bound",
     "a row of large negative scores has a maximum below 0 (initial value)",
     with_largest([](const float* x, Index n) { return std::max(0.0f, LargestOfAll{}(x, n)); })},
    {op, "maximum_starts_at_the_smallest_float", "equal_entries",
     "FLT_MIN is taken for the most negative float (initial value)", with_largest([](const float* x, Index n) {
         return std::max(std::numeric_limits<float>::min(), LargestOfAll{}(x, n));
     })},
    {op, "maximum_of_magnitudes", "error_within_bound,equal_entries", "an amax for a max (sign)",
     with_largest([](const float* x, Index n) {
         float largest = 0;
         for (Index i = 0; i < n; ++i) largest = std::max(largest, x[i] == masked ? 0.0f : std::fabs(x[i]));
         return largest;
     })},
    {op, "maximum_without_the_tail", "dominant_entry,no_overflow",
     "the tail is left out of the first pass (remainder)",
     with_largest([](const float* x, Index n) { return LargestOfAll{}(x, n < 8 ? n : n / 8 * 8); })},
    {op, "sum_without_the_tail", "equal_maxima,sum_is_one", "the tail is left out of the second pass (remainder)",
     with_sum([](const float* terms, Index n) { return SumOfAll{}(terms, n < 8 ? n : n / 8 * 8); })},
    {op, "last_term_lost_at_residue_5", "equal_maxima", "one of eight tails is one short (remainder)",
     with_sum([](const float* terms, Index n) { return SumOfAll{}(terms, n % 8 == 5 ? n - 1 : n); })},
    {op, "last_vector_overlaps", "equal_maxima,equal_entries",
     "the last full vector begins earlier, and its terms count twice (remainder)",
     with_sum([](const float* terms, Index n) {
         const Index overlap = n > 8 && n % 8 != 0 ? 8 - n % 8 : 0;
         return SumOfAll{}(terms, n) + SumOfAll{}(terms + (n - n % 8 - overlap), overlap);
     })},
    {op, "lane_5_lost_beyond_4096", "equal_maxima,equal_entries",
     "a second loop for large sizes misses a lane (size class)", with_sum([](const float* terms, Index n) {
         float sum = 0;
         for (Index i = 0; i < n; ++i)
             if (i < 4096 || i % 8 != 5) sum += terms[i];
         return sum;
     })},
    {op, "half_accumulator", "equal_maxima,equal_entries", "the sum is kept at half precision (precision)",
     with_sum([](const float* terms, Index n) {
         float sum = 0;
         for (Index i = 0; i < n; ++i) sum = rounded_to_half(sum + terms[i]);
         return sum;
     })},
    {op, "guarded_sum", "equal_maxima,dominant_entry", "adds 1e-6 to the sum against division by zero (guard)",
     with_result([](float term, float sum) { return term / (sum + 1e-6f); })},
    {op, "not_normalised", "sum_is_one,error_within_bound", "the third pass is missing (formula)",
     with_result([](float term, float) { return term; })},
    {op, "logarithm_returned", "no_overflow,error_within_bound", "log-softmax (formula)",
     with_result([](float term, float sum) { return std::log(term / sum); })},
    {op, "reciprocal_of_11_bits", "equal_maxima,sum_is_one",
     "an estimate of 1/sum without a Newton step (precision)",
     with_result([](float term, float sum) { return term * rounded_to_half(1.0f / sum); })},
    {op, "base_2", "error_within_bound", "exp2 for exp (formula)",
     with_exp([](float distance) { return std::exp2(distance); })},
    {op, "exp_saturates_at_minus_50", "equal_maxima,dominant_entry",
     "clamps the argument so early that small entries weigh something (exp range)",
     with_exp([](float distance) { return exp_nearest(std::max(distance, -50.0f)); })},
    {op, "exp_saturates_at_minus_88", "equal_maxima,error_within_bound",
     "clamps the argument where results become subnormal (exp range)",
     with_exp([](float distance) { return exp_nearest(std::max(distance, -88.0f)); })},
    {op, "exp_zero_below_minus_80", "error_within_bound", "treats normal results as nothing (exp range)",
     with_exp([](float distance) { return distance < -80.0f ? 0.0f : exp_nearest(distance); })},
    {op, "subnormal_exp_flushed", "error_within_bound", "flushes results below 2^-126 (subnormals)",
     with_exp([](float distance) {
         const float e = exp_nearest(distance);
         return e < 0x1p-126f ? 0.0f : e;
     })},
    {op, "exp_rounded_to_half", "error_within_bound", "the terms pass through a half (precision)",
     with_exp([](float distance) { return rounded_to_half(exp_nearest(distance)); })},
    {op, "exp_of_four_terms", "error_within_bound", "a polynomial of too low a degree (precision)",
     with_exp([](float distance) {
         const float inside = std::max(distance, -160.0f);
         const float n = std::nearbyint(inside * 1.442695f);
         const float r = inside - n * 0.6931472f;
         return std::ldexp(1.0f + r * (1.0f + r * (0.5f + r * (1.0f / 6 + r / 24))), static_cast<int>(n));
     })},
    {op, "exp_coarse_near_0", "order_preserved,error_within_bound",
     "1 + x for small x, into a range where it is not the exp (branch)",
     with_exp([](float distance) { return distance > -0.5f ? 1.0f + distance : exp_nearest(distance); })},
    {op, "prescaled_to_base_2", "shift_invariance,error_within_bound",
     "x log2(e) - m log2(e) cancels where the scores are large (cancellation)", kernel(prescaled_to_base_2)},
    {op, "coarse_exp_in_the_tail", "permutation,error_within_bound,equal_maxima",
     "the tail's exp is of half precision (remainder)", kernel(coarse_exp_in_the_tail)},
    {op, "masked_is_minus_50", "masked_entries", "-Inf replaced by a number that is not negative enough (mask)",
     with_input([](float x) { return x == masked ? -50.0f : x; })},
    {op, "masked_is_0", "masked_entries", "the mask is applied to the products, not to the scores (mask)",
     with_input([](float x) { return x == masked ? 0.0f : x; })},
    {op, "online_without_masks", "masked_entries,error_within_bound", "a running maximum that is still -Inf (NaN)",
     kernel(online_without_masks)},
    {op, "online_without_rescaling", "sum_is_one,dominant_entry",
     "the running sum keeps the scale of an old maximum (online)", kernel(online_without_rescaling)},
    {op, "scores_clamped_at_1e4", "dominant_entry,error_within_bound", "a clamp against overflow (range)",
     with_input([](float x) { return x == masked ? x : std::clamp(x, -10000.0f, 10000.0f); })},
    {op, "pairs_swapped_in_the_second_vector", "order_preserved,dominant_entry,permutation",
     "a wrong shuffle constant in one of two unrolled bodies (lane order)",
     kernel(pairs_swapped_in_the_second_vector)},
    {op, "masked_results_unwritten", "outputs_written", "skips masked entries in the last pass (unwritten)",
     kernel([](const float* x, float* y, Index n) {
         std::vector<float> result(n);
         right(x, result.data(), n);
         for (Index i = 0; i < n; ++i)
             if (x[i] != masked) y[i] = result[i];
     })},
    {op, "accumulates_into_y", "error_within_bound,deterministic",
     "+= into an output that nobody cleared (old contents)", kernel([](const float* x, float* y, Index n) {
         std::vector<float> result(n);
         right(x, result.data(), n);
         for (Index i = 0; i < n; ++i) y[i] += result[i];
     })},
    {op, "reads_a_vector_in_the_tail", "reads_in_bounds", "a full vector load for the remainder (over-read)",
     kernel([](const float* x, float* y, Index n) {
         if (n % 8 != 0) read_bytes(x + n, (8 - n % 8) * sizeof(float));
         right(x, y, n);
     })},
    {op, "writes_a_vector_in_the_tail", "writes_in_bounds", "a full vector store for the remainder (over-write)",
     kernel([](const float* x, float* y, Index n) {
         right(x, y, n);
         for (Index i = n; i % 8 != 0; ++i) write_byte(y + i, 0);
     })},
    {op, "terms_staged_in_a_static_buffer", "thread_safe", "a static scratch vector shared by all threads (race)",
     kernel(terms_staged_in_a_static_buffer)},
    {op, "leaves_flush_to_zero_on", "fp_environment", "sets MXCSR for speed and does not set it back (CPU state)",
     kernel([](const float* x, float* y, Index n) {
         right(x, y, n);
         leave_flush_to_zero_on();
     })},
    {op, "scores_shifted_in_place", "inputs_unchanged",
     "uses its input as scratch and puts it back (input written)", kernel([](const float* x, float* y, Index n) {
         right(x, y, n);
         if (n > 0) write_back(x);
     })},
#if defined(__x86_64__)
    {op, "aligned_loads_of_x", "alignment_independent,no_crash",
     "an aligned load from an address that is only 4-aligned (alignment fault)", kernel(aligned_loads_of_x)},
#endif
};

}  // namespace

std::span<const PlantedFault> softmax_faults() {
    return table;
}

}  // namespace brickproof::faults
