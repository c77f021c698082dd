// Q8_0 with float scales: int8 quants in one array, one float scale per 32 of them in another; any length.
#pragma once

#include <cstdint>
#include <span>

#include "brick/result.hpp"

namespace brick::q8_0f {

// Quantises x[n] to quants[n] and scales[ceil(n / 32)]: scale = amax / 127, or 1/127 where amax <= 1e-10;
// q = round-half-away(x / scale). A partial last block is quantised as if padded with zeros.
// Error per value: at most 1/254 = 0.394 % of the block's amax, and rounding errors of float32.
//
// Errors, found before anything is written: zero_dimension, length_mismatch, not_finite (with the index).
Result<void> quantize(std::span<const float> x, std::span<std::int8_t> quants, std::span<float> scales);

// Dequantises quants[n] and scales[ceil(n / 32)] to y[n] = q * scale, correctly rounded.
//
// Errors, found before anything is written: zero_dimension, length_mismatch, bad_scale (NaN, Inf, zero or negative:
// q8_0f::quantize makes none of these).
Result<void> dequantize(std::span<const std::int8_t> quants, std::span<const float> scales, std::span<float> y);

}  // namespace brick::q8_0f
