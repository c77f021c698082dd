// Float32 data as the oracles take it.
#pragma once

#include <algorithm>
#include <span>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xtensor.hpp>

namespace brickproof {

inline xt::xtensor<double, 1> in_float64(std::span<const float> values) {
    xt::xtensor<double, 1> wide = xt::zeros<double>({values.size()});
    std::copy(values.begin(), values.end(), wide.begin());
    return wide;
}

}  // namespace brickproof
