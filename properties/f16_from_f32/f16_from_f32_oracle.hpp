// f16.from_f32 as IEEE 754 defines the conversion: the half nearest to each float, the even one on a tie.
#pragma once

#include <cstdint>
#include <span>

#include "engine/array.hpp"

namespace brickproof {

// NaN gives 0x7E00.
Array<std::uint16_t> exact_f16_from_f32(std::span<const float> x);

// The halves of the 65,536 floats whose bits begin with `high`: they share sign and exponent, and so the spacing of
// their halves. Fast enough for all 2^32 floats.
Array<std::uint16_t> halves_of_floats_with_high_bits(std::uint16_t high);

}  // namespace brickproof
