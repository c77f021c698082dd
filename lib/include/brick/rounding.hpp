// The vocabulary of the error bounds (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., chapter 3).
#pragma once

#include <cstddef>
#include <limits>

namespace brick {

// Unit roundoff of float32 under round to nearest: fl(a op b) = (a op b)(1 + d), |d| <= unit_roundoff.
inline constexpr double unit_roundoff = 0x1p-24;

// Half of the smallest subnormal float32: what rounding may lose where a product or quotient underflows.
inline constexpr double half_denorm_min = 0x1p-150;

// gamma_k = k u / (1 - k u): the relative error of k roundings, one after the other (Higham, lemma 3.1). The lemma
// needs k u < 1: from 2^24 roundings on it promises nothing.
constexpr double gamma(std::size_t roundings) {
    const double ku = static_cast<double>(roundings) * unit_roundoff;
    return ku < 1.0 ? ku / (1.0 - ku) : std::numeric_limits<double>::infinity();
}

}  // namespace brick
