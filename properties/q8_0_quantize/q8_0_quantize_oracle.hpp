// q8_0.quantize as it is defined, in float64: scale amax/127, stored as a half, and codes x / scale.
#pragma once

#include <span>

#include "engine/quantize_format.hpp"

namespace brickproof {

// Of a block of 32 values. Nothing is promised where one is NaN or Inf; neither are codes where the half scale may
// be 0, nor scale and codes where it may be Inf.
BlockPromise q8_0_block_promise(std::span<const float> block);

const QuantizeFormat& q8_0_quantize_format();

}  // namespace brickproof
