// swiglu as the paper has it: Swish_1(gate) * up (Shazeer, GLU Variants Improve Transformer, 2020).
#pragma once

#include <span>

#include "engine/array.hpp"

namespace brickproof {

// In float64, off by a few of its roundings: 2^-27 of the bound.
Array<double> exact_swiglu(std::span<const float> gate, std::span<const float> up);

}  // namespace brickproof
