#pragma once

// A plain rms_norm with hooks: a planted fault, or a correct kernel, replaces one piece and keeps the rest.

#include <cmath>
#include <cstddef>

namespace brickproof::faults {

struct FloatSum {
    float operator()(const float* x, std::size_t n) const {
        float sum = 0;
        for (std::size_t i = 0; i < n; ++i) sum += x[i] * x[i];
        return sum;
    }
};
struct MeanPlusEps {
    float operator()(float sum, std::size_t n, float eps) const { return sum / static_cast<float>(n) + eps; }
};
struct OneOverRoot {
    float operator()(float mean) const { return 1.0f / std::sqrt(mean); }
};
struct FactorThenWeight {
    float operator()(float x, float weight, float factor) const { return x * factor * weight; }
};

template <class Sum = FloatSum, class Mean = MeanPlusEps, class Factor = OneOverRoot,
          class Product = FactorThenWeight>
void rms_norm_of(const float* x, const float* weight, float* y, std::size_t n, float eps) {
    const float factor = Factor{}(Mean{}(Sum{}(x, n), n, eps));
    for (std::size_t i = 0; i < n; ++i) y[i] = Product{}(x[i], weight[i], factor);
}

}  // namespace brickproof::faults
