// q8_0f.dequantize as the formula is written, in float64: value i is scales[i / 32] * q[i].
#pragma once

#include <cstdint>
#include <span>

#include "engine/array.hpp"

namespace brickproof {

// Exact: 32 significant bits, and float64 underflows nowhere. Inf and NaN scales give IEEE products.
Array<double> exact_q8_0f_dequantize(std::span<const std::int8_t> q, std::span<const float> scales);

}  // namespace brickproof
