// q8_0f.quantize as it is defined, in float64: scale amax/127, or 1/127 for a zero block, and codes x / scale.
#pragma once

#include <span>

#include "engine/quantize_format.hpp"

namespace brickproof {

// Of up to 32 values. Nothing is promised where one is NaN or Inf.
BlockPromise q8_0f_block_promise(std::span<const float> block);

const QuantizeFormat& q8_0f_quantize_format();

}  // namespace brickproof
