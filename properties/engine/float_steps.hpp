// Powers of two and neighbours of floats by their bits: cases are made of millions of them, and the C library takes
// several times as long.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace brickproof {

// 2^exponent for -149 <= exponent <= 127.
inline float power_of_two(int exponent) {
    const int bits = exponent >= -126 ? (exponent + 127) << 23 : 1 << (exponent + 149);
    return std::bit_cast<float>(bits);
}

// |ulps| times std::nextafter, towards the largest float or (ulps < 0) towards its negative, where neither is
// passed and a step from or over zero ends in +0. x is finite.
inline float ulps_above(float x, int ulps) {
    // Negative floats are ordered against their bits: as numbers below zero they are ordered with them.
    constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
    const auto bits = std::bit_cast<std::int32_t>(x);
    const std::int32_t place = (bits < 0 ? lowest - bits : bits) + ulps;
    return std::bit_cast<float>(place < 0 ? lowest - place : place);
}

// x where it is 0 or its magnitude within 2^-limit to 2^limit; else its significand at the nearer end. limit <=
// 126.
inline float moderate(float x, int limit) {
    const float magnitude = std::fabs(x);
    if (magnitude >= power_of_two(-limit) && magnitude < power_of_two(limit)) return x;  // nearly all are
    int exponent = 0;
    const float significand = std::frexp(x, &exponent);
    return std::ldexp(significand, std::clamp(exponent, -limit, limit));
}

}  // namespace brickproof
