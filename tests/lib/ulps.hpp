// Errors in ulps, for tests that go through all floats.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace brick {

// 1 over the distance of floats around x > 0, which is at least 2^-149. By bits: it is called half a billion times.
inline double ulps_per_unit(double x) {
    const std::int64_t exponent = (std::bit_cast<std::int64_t>(x) >> 52) - 1023;
    return std::bit_cast<double>((1023 - std::max(exponent - 23, std::int64_t{-149})) << 52);
}

}  // namespace brick
