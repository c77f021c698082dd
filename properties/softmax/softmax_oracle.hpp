// softmax as it is written, in float64, and what its bound needs to know of a row.
#pragma once

#include <span>

#include "engine/array.hpp"

namespace brickproof {

struct ExactSoftmax {
    Array<double> y;
    Array<double> distances;     // from the largest: m - x
    Array<double> values_above;  // how many different values of the row are larger
};

// At least one entry is not masked, none is NaN or +Inf.
ExactSoftmax exact_softmax(std::span<const float> x);

// No NaN, no +Inf, and not only -Inf.
bool has_defined_softmax(std::span<const float> x);

}  // namespace brickproof
