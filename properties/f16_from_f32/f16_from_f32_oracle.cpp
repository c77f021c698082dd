#include "f16_from_f32/f16_from_f32_oracle.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>

#include "engine/fills.hpp"

namespace brickproof {

Array<std::uint16_t> exact_f16_from_f32(std::span<const float> x) {
    Array<std::uint16_t> y(x.size());
    std::ranges::transform(x, y.begin(), [](float value) { return half_nearest(value); });
    return y;
}

Array<std::uint16_t> halves_of_floats_with_high_bits(std::uint16_t high) {
    constexpr std::size_t count = 65536;
    const int sign = high & 0x8000;
    const int exponent = ((high >> 7) & 255) - 127;
    if (exponent == 128) {  // Inf and NaN; Inf is the first of the floats that begin with 0x7F80
        Array<std::uint16_t> y(count, static_cast<std::uint16_t>(sign | 0x7E00));
        if ((high & 0x7F) == 0) y[0] = static_cast<std::uint16_t>(sign | 0x7C00);
        return y;
    }
    if (exponent > 15) return Array<std::uint16_t>(count, static_cast<std::uint16_t>(sign | 0x7C00));

    // |x| over the spacing of halves, in float64, exact; nearbyint rounds ties to even. 1024 units are the hidden
    // bit of a normal half, and a carry walks into the exponent as it should.
    const int lowest = std::max(exponent, -14);
    const double leading = exponent == -127 ? 0.0 : 128.0;
    const xt::xtensor<double, 1> significands =
        (leading + (high & 0x7F)) * 65536.0 + xt::arange<double>(0.0, 65536.0);
    const double unit = std::ldexp(1.0, std::max(exponent, -126) - 23 - (lowest - 10));
    const xt::xtensor<double, 1> units = xt::nearbyint(significands * unit);
    Array<std::uint16_t> y(count);
    std::ranges::transform(units, y.begin(), [base = sign + ((lowest + 14) << 10)](double u) {
        return static_cast<std::uint16_t>(base + static_cast<int>(u));
    });
    return y;
}

}  // namespace brickproof
