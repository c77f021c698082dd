// q8_0.dequantize as the formula is written, in float64: value i of a block is d * qs[i].
#pragma once

#include <span>

#include "brickproof/kernel_abi.h"
#include "engine/array.hpp"

namespace brickproof {

// Exact: 19 significant bits. Inf and NaN scales give IEEE products.
Array<double> exact_q8_0_dequantize(std::span<const brickproof_q8_0> blocks);

}  // namespace brickproof
