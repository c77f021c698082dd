// gemv as the formula is written, in float64.
#pragma once

#include "engine/case.hpp"

namespace brickproof {

struct ExactRow {
    double sum;
    double sum_of_magnitudes;
};

// One for each row. Products of float32 are exact in float64; their sum is compensated, since rows may cancel: what
// is left of its error is 2^-53 of the sum and 2^-80 of the magnitudes.
Array<ExactRow> exact_gemv(const Case& c);

}  // namespace brickproof
