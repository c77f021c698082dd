#include "gemv/gemv_oracle.hpp"

#include <cmath>
#include <xtensor/xmath.hpp>

#include "engine/in_float64.hpp"

namespace brickproof {
namespace {

// Neumaier's sum: what each addition loses is exactly known, and added at the end.
double compensated_sum(double start, const xt::xtensor<double, 1>& terms) {
    double sum = start;
    double lost = 0.0;
    for (const double term : terms) {
        const double next = sum + term;
        lost += std::fabs(sum) >= std::fabs(term) ? (sum - next) + term : (term - next) + sum;
        sum = next;
    }
    return std::isfinite(lost) ? sum + lost : sum;
}

}  // namespace

Array<ExactRow> exact_gemv(const Case& c) {
    const std::size_t cols = c.sizes[1];
    const xt::xtensor<double, 1> x = in_float64(c.input<float>(1));
    const std::span<const float> bias = c.input<float>(2);
    Array<ExactRow> y;
    for (std::size_t row = 0; row < c.sizes[0]; ++row) {
        const xt::xtensor<double, 1> products = in_float64(c.input<float>(0).subspan(row * cols, cols)) * x;
        const double b = bias.empty() ? 0.0 : static_cast<double>(bias[row]);
        y.push_back({compensated_sum(b, products), std::fabs(b) + xt::sum(xt::abs(products))()});
    }
    return y;
}

}  // namespace brickproof
