// q8_0.dot as the formula is written, in float64: sum over blocks of d_a d_b (sum of q_a q_b).
#pragma once

#include <span>

#include "brickproof/kernel_abi.h"

namespace brickproof {

// Both are exact to float64's rounding: a term has at most 38 bits.
struct ExactDot {
    double sum;
    double sum_of_magnitudes;  // of |d_a d_b q_a q_b|
};

ExactDot exact_q8_0_dot(std::span<const brickproof_q8_0> a, std::span<const brickproof_q8_0> b);

}  // namespace brickproof
