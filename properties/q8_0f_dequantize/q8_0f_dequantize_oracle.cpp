#include "q8_0f_dequantize/q8_0f_dequantize_oracle.hpp"

#include <algorithm>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "brickproof/kernel_abi.h"

namespace brickproof {

Array<double> exact_q8_0f_dequantize(std::span<const std::int8_t> q, std::span<const float> scales) {
    if (q.empty()) return {};
    xt::xtensor<double, 1> s = xt::zeros<double>({scales.size()});
    std::ranges::copy(scales, s.begin());
    xt::xtensor<double, 2> padded = xt::zeros<double>({scales.size(), std::size_t{BRICKPROOF_Q8_0_BLOCK}});
    std::ranges::copy(q, padded.begin());
    const xt::xtensor<double, 2> y = xt::view(s, xt::all(), xt::newaxis()) * padded;
    return {y.begin(), y.begin() + static_cast<std::ptrdiff_t>(q.size())};
}

}  // namespace brickproof
