#include "swiglu/swiglu_oracle.hpp"

#include <algorithm>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>

namespace brickproof {
namespace {

xt::xtensor<double, 1> in_float64(std::span<const float> x) {
    xt::xtensor<double, 1> wide = xt::zeros<double>({x.size()});
    std::ranges::copy(x, wide.begin());
    return wide;
}

}  // namespace

Array<double> exact_swiglu(std::span<const float> gate, std::span<const float> up) {
    const xt::xtensor<double, 1> g = in_float64(gate);
    const xt::xtensor<double, 1> y = g / (1.0 + xt::exp(-g)) * in_float64(up);
    return {y.begin(), y.end()};
}

}  // namespace brickproof
