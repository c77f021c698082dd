// Arguments of exp: where its reduction, its overflow and its underflow change, and the everyday range between.
#pragma once

#include <span>

#include "engine/choice_reader.hpp"
#include "engine/contract.hpp"

namespace brickproof {

// Fills float32 data for ops that take exp of it or of its negative; one pattern is fill_floats, with all of its
// own. Preconditions read: "finite" (no NaN or Inf).
void fill_exp_arguments(ChoiceReader& choices, const Preconditions& holding, std::span<float> x);

}  // namespace brickproof
