#include "rms_norm/rms_norm_oracle.hpp"

#include <cmath>
#include <xtensor/xmath.hpp>

#include "engine/in_float64.hpp"

namespace brickproof {

ExactRmsNorm exact_rms_norm(std::span<const float> x, std::span<const float> weight, float eps) {
    if (x.empty()) return {};
    const xt::xtensor<double, 1> wide = in_float64(x);
    const double sum_of_squares = xt::sum(xt::square(wide))();
    const double root = std::sqrt(sum_of_squares / static_cast<double>(x.size()) + static_cast<double>(eps));
    const xt::xtensor<double, 1> y = wide * in_float64(weight) / root;
    return {{y.begin(), y.end()}, sum_of_squares};
}

}  // namespace brickproof
