// The harness's own half conversions, from the definition of binary16 (IEEE 754-2019, 3.4) in double arithmetic.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "engine/fills.hpp"
#include "engine/float_steps.hpp"

namespace brickproof {

double half_value(std::uint16_t bits) {
    const int exponent = (bits >> 10) & 31;
    const int fraction = bits & 1023;
    const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
    if (exponent == 31)
        return fraction == 0 ? sign * std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::quiet_NaN();
    if (exponent == 0) return sign * fraction * 0x1p-24;
    const double power = std::bit_cast<double>(static_cast<std::uint64_t>(exponent - 25 + 1023) << 52);
    return sign * (1024 + fraction) * power;
}

namespace {

// Of the power of two below |x|; below every exponent of a half where x is subnormal.
int exponent_of(double x) {
    return static_cast<int>(std::bit_cast<std::uint64_t>(x) >> 52 & 0x7FF) - 1023;
}

}  // namespace

std::uint16_t half_nearest(double x) {
    if (std::isnan(x)) return 0x7E00;
    const std::uint16_t sign = std::signbit(x) ? 0x8000 : 0;
    const double magnitude = std::fabs(x);
    if (magnitude >= 65520.0) return sign | 0x7C00;
    if (magnitude == 0.0) return sign;
    // The spacing of halves at x: 2^(e-10), never below 2^-24. Dividing by it is exact, and adding 2^52 leaves no
    // place for a fraction: it rounds to even, as does nearbyint, which is slower.
    const int exponent = std::max(exponent_of(magnitude), -14);
    const double units = magnitude * power_of_two(10 - exponent) + 0x1p52 - 0x1p52;
    // units <= 2048: 1024 units are the hidden bit, and a carry walks into the exponent as it should.
    return static_cast<std::uint16_t>(sign + ((exponent + 14) << 10) + static_cast<int>(units));
}

}  // namespace brickproof
