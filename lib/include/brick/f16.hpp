// IEEE 754 halves, held as their bits in uint16_t.
#pragma once

#include <cstdint>
#include <span>

#include "brick/result.hpp"

namespace brick::f16 {

// Rounds x[n] to halves[n], to nearest even. NaN stays NaN; from 65520 on the result is Inf.
//
// Errors, found before anything is written: zero_dimension, length_mismatch.
Result<void> from_f32(std::span<const float> x, std::span<std::uint16_t> halves);

// Widens halves[n] to y[n]; exact, NaN stays NaN.
//
// Errors, found before anything is written: zero_dimension, length_mismatch.
Result<void> to_f32(std::span<const std::uint16_t> halves, std::span<float> y);

}  // namespace brick::f16
