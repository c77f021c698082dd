// Dot products of Q8_0 blocks in integers: every half is a multiple of 2^-24, every term one of 2^-48, and no sum
// of a case reaches 2^127 of them. Nothing here comes from the harness.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "brickproof/kernel_abi.h"

namespace brickproof {

__extension__ typedef __int128 Int128;

// A finite half in units of 2^-24, from its bits.
inline Int128 half_in_units(std::uint16_t bits) {
    const int exponent = bits >> 10 & 31;
    const Int128 fraction = bits & 1023;
    const Int128 magnitude = exponent == 0 ? fraction : (fraction + 1024) << (exponent - 1);
    return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

// All products d_a q_a d_b q_b in units of 2^-48.
inline std::vector<Int128> terms_in_units(std::span<const brickproof_q8_0> a, std::span<const brickproof_q8_0> b) {
    std::vector<Int128> terms;
    for (std::size_t k = 0; k < a.size(); ++k)
        for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; ++i)
            terms.push_back(half_in_units(a[k].d) * half_in_units(b[k].d) * a[k].qs[i] * b[k].qs[i]);
    return terms;
}

inline Int128 magnitude(Int128 x) {
    return x < 0 ? -x : x;
}

}  // namespace brickproof
