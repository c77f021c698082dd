// f16.to_f32 as IEEE 754 defines binary16: the value of each half.
#pragma once

#include <cstdint>
#include <span>

#include "engine/array.hpp"

namespace brickproof {

Array<double> exact_f16_to_f32(std::span<const std::uint16_t> x);

}  // namespace brickproof
