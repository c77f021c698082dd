// What every brick asserts.
#pragma once

#include <iterator>
#include <utility>
#include <vector>

#include "brick/assertion.hpp"

namespace brick {

// Equivalence to the scalar reference (tolerance: a number, or a function that computes it), no NaN, no Inf, and
// `more`.
template <class Tolerance>
std::vector<BrickAssertion> default_assertions(Tolerance tolerance, std::vector<BrickAssertion> more) {
    std::vector<BrickAssertion> assertions{BrickAssertion::equivalent_to_scalar(tolerance),
                                           BrickAssertion::no_nan(), BrickAssertion::no_inf()};
    assertions.insert(assertions.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
    return assertions;
}

}  // namespace brick
