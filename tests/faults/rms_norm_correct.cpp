#include <array>
#include <future>

#include "reference_pieces.hpp"
#include "rms_norm_pieces.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace brickproof::faults {
namespace {

constexpr auto op = "rms_norm";
constexpr auto kernel = &erased<brickproof_rms_norm_fn>;

struct EightLanesFused {
    float operator()(const float* x, std::size_t n) const {
        std::array<float, 8> lanes{};
        for (std::size_t i = 0; i < n; ++i) lanes[i % 8] = std::fma(x[i], x[i], lanes[i % 8]);
        float sum = 0;
        for (const float lane : lanes) sum += lane;
        return sum;
    }
};

struct LastFirst {
    float operator()(const float* x, std::size_t n) const {
        float sum = 0;
        while (n-- > 0) sum += x[n] * x[n];
        return sum;
    }
};

struct Halves {
    float operator()(const float* x, std::size_t n) const {
        if (n < 2) return n == 0 ? 0 : x[0] * x[0];
        return (*this)(x, n / 2) + (*this)(x + n / 2, n - n / 2);
    }
};

struct ReciprocalOfN {
    float operator()(float sum, std::size_t n, float eps) const {
        return sum * (1.0f / static_cast<float>(n)) + eps;
    }
};

// 12 good bits, as the instructions have them, then one step of Newton's.
struct EstimateAndNewton {
    float operator()(float mean) const {
#if defined(__x86_64__)
        const float estimate = _mm_cvtss_f32(_mm_rsqrt_ss(_mm_set_ss(mean)));
#else
        const float root = 1.0f / std::sqrt(mean);
        const float estimate = std::isfinite(root) ? root - root * 0x1p-12f : root;
#endif
        return estimate * (1.5f - 0.5f * mean * estimate * estimate);
    }
};

struct WeightTimesFactor {
    float operator()(float x, float weight, float factor) const { return x * (weight * factor); }
};
struct WeightFirst {
    float operator()(float x, float weight, float factor) const { return x * weight * factor; }
};

// ggml: a double sum, rounded to a float mean; y is scaled in a second pass and multiplied by weight in a third.
void as_ggml(const float* x, const float* weight, float* y, std::size_t n, float eps) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(x[i] * x[i]);
    const float mean = static_cast<float>(sum / static_cast<double>(n));
    const float scale = 1.0f / std::sqrt(mean + eps);
    for (std::size_t i = 0; i < n; ++i) y[i] = x[i] * scale;
    for (std::size_t i = 0; i < n; ++i) y[i] *= weight[i];
}

void divides_every_value(const float* x, const float* weight, float* y, std::size_t n, float eps) {
    const float root = std::sqrt(FloatSum{}(x, n) / static_cast<float>(n) + eps);
    for (std::size_t i = 0; i < n; ++i) y[i] = x[i] / root * weight[i];
}

// Scaled by a power of two, which is exact, so that no square overflows.
void scaled_by_the_largest(const float* x, const float* weight, float* y, std::size_t n, float eps) {
    float largest = 0;
    for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, std::fabs(x[i]));
    if (largest == 0 || std::isinf(largest)) return rms_norm_of<>(x, weight, y, n, eps);
    const int exponent = std::ilogb(largest);
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const float scaled = std::ldexp(x[i], -exponent);
        sum += static_cast<double>(scaled * scaled);
    }
    const double mean = sum / static_cast<double>(n) + std::ldexp(static_cast<double>(eps), -2 * exponent);
    const double factor = std::ldexp(1.0 / std::sqrt(mean), -exponent);
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<float>(static_cast<double>(x[i]) * factor) * weight[i];
}

void in_double(const float* x, const float* weight, float* y, std::size_t n, float eps) {
    double sum = 0;
    for (std::size_t i = n; i-- > 0;) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    const double root = std::sqrt(sum / static_cast<double>(n) + static_cast<double>(eps));
    for (std::size_t i = 0; i < n; ++i)
        y[i] = static_cast<float>(static_cast<double>(x[i]) * static_cast<double>(weight[i]) / root);
}

/// On a thread of its own, from the first call on.
void on_another_thread(const float* x, const float* weight, float* y, std::size_t n, float eps) {
    std::async(std::launch::async, [=] { rms_norm_of<>(x, weight, y, n, eps); }).wait();
}

const CorrectKernel table[] = {
    {op, "one_float_sum", "order of the sum", kernel(&rms_norm_of<>)},
    {op, "eight_lanes_fused", "order of the sum, FMA", kernel(&rms_norm_of<EightLanesFused>)},
    {op, "last_first", "order of the sum", kernel(&rms_norm_of<LastFirst>)},
    {op, "halves", "order of the sum", kernel(&rms_norm_of<Halves>)},
    {op, "reciprocal_of_n", "the mean is a product", kernel(&rms_norm_of<FloatSum, ReciprocalOfN>)},
    {op, "estimate_and_newton", "1/sqrt is off by a few ulp",
     kernel(&rms_norm_of<EightLanesFused, ReciprocalOfN, EstimateAndNewton>)},
    {op, "weight_times_factor", "order of the products",
     kernel(&rms_norm_of<FloatSum, MeanPlusEps, OneOverRoot, WeightTimesFactor>)},
    {op, "weight_first", "order of the products",
     kernel(&rms_norm_of<FloatSum, MeanPlusEps, OneOverRoot, WeightFirst>)},
    {op, "as_ggml", "squares in float32, sum in float64", kernel(as_ggml)},
    {op, "divides_every_value", "no reciprocal", kernel(divides_every_value)},
    {op, "scaled_by_the_largest", "no square overflows", kernel(scaled_by_the_largest)},
    {op, "in_double", "more precise", kernel(in_double)},
    {op, "on_another_thread", "order of the sum", kernel(on_another_thread)},
};

}  // namespace

std::span<const CorrectKernel> rms_norm_correct() {
    return table;
}

}  // namespace brickproof::faults
