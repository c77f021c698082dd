// What arrays are filled with: a pattern, a seed, a scale and a few overrides, so that a large array costs a few
// bytes of a case. The patterns are those on which kernels break; a test shows that each is reached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/choice_reader.hpp"
#include "engine/contract.hpp"
#include "engine/random.hpp"

namespace brickproof {

// Fills float32 data. Preconditions read: "finite" (no NaN or Inf), "ties" (internal: every block holds exact ties
// of a Q8_0 code, and the block's scale is a power of two, 2^-12 to 2^12), "nonfinite" (internal: at least one
// value is Inf or NaN).
void fill_floats(ChoiceReader& choices, const Preconditions& holding, std::span<float> x);

// Fills int8 quants, full range. Preconditions read: "quants>-128".
void fill_quants(ChoiceReader& choices, const Preconditions& holding, std::span<std::int8_t> q);

// Fills half-precision scales (their bits), of either sign. Preconditions read: "finite"; "normal_scales"
// (internal: half and twice every scale are normal halves too); "nonfinite" (internal: at least one is Inf or NaN).
void fill_half_scales(ChoiceReader& choices, const Preconditions& holding, std::span<std::uint16_t> d);

// Fills float32 scales, of either sign. Preconditions read: "finite", "nonfinite".
void fill_float_scales(ChoiceReader& choices, const Preconditions& holding, std::span<float> scales);

// Everyday data: near normal, as weights and activations are.
void fill_typical_floats(std::uint64_t seed, std::span<float> x);

// The exact value of a half. The harness has its own conversions: it judges the library's.
double half_value(std::uint16_t bits);
// To nearest even, overflow to Inf from 65,520 on: the half nearest to x. NaN gives 0x7E00.
std::uint16_t half_nearest(double x);

}  // namespace brickproof
