#include "softmax/softmax_oracle.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>

namespace brickproof {
namespace {

Array<double> values_above(std::span<const float> x) {
    Array<float> descending(x.begin(), x.end());
    std::ranges::sort(descending, std::greater<>());
    const std::span<const float> different(descending.begin(), std::unique(descending.begin(), descending.end()));
    Array<double> above;
    above.reserve(x.size());
    for (const float value : x) {
        const auto place = std::ranges::lower_bound(different, value, std::greater<>());
        above.push_back(static_cast<double>(place - different.begin()));
    }
    return above;
}

}  // namespace

ExactSoftmax exact_softmax(std::span<const float> x) {
    xt::xtensor<double, 1> wide = xt::zeros<double>({x.size()});
    std::ranges::copy(x, wide.begin());
    const xt::xtensor<double, 1> distances = xt::amax(wide)() - wide;
    const xt::xtensor<double, 1> terms = xt::exp(-distances);
    const xt::xtensor<double, 1> y = terms / xt::sum(terms)();
    return {{y.begin(), y.end()}, {distances.begin(), distances.end()}, values_above(x)};
}

bool has_defined_softmax(std::span<const float> x) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    return std::ranges::all_of(x, [](float value) { return value < infinity; }) &&
           std::ranges::any_of(x, [](float value) { return value > -infinity; });
}

}  // namespace brickproof
