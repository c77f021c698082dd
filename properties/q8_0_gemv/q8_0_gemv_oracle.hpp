// q8_0.gemv as the formula is written, in float64: y_r is the dot of row r of w with x.
#pragma once

#include <cstddef>
#include <span>

#include "brickproof/kernel_abi.h"
#include "engine/array.hpp"
#include "q8_0_dot/q8_0_dot_oracle.hpp"

namespace brickproof {

// One exact dot per row; w is row-major.
Array<ExactDot> exact_q8_0_gemv(std::span<const brickproof_q8_0> w, std::span<const brickproof_q8_0> x,
                                std::size_t rows);

}  // namespace brickproof
