#include "rms_norm/rms_norm_oracle.hpp"

#include <cmath>
#include <cstddef>

namespace brickproof {

ExactRmsNorm exact_rms_norm(std::span<const float> x, std::span<const float> weight, float eps) {
    if (x.empty()) return {};
    double sum_of_squares = 0.0;
    for (const float value : x) sum_of_squares += static_cast<double>(value) * static_cast<double>(value);
    const double root = std::sqrt(sum_of_squares / static_cast<double>(x.size()) + static_cast<double>(eps));
    ExactRmsNorm exact{Array<double>(x.size()), sum_of_squares};
    for (std::size_t i = 0; i < x.size(); ++i)
        exact.y[i] = static_cast<double>(x[i]) * static_cast<double>(weight[i]) / root;
    return exact;
}

}  // namespace brickproof
