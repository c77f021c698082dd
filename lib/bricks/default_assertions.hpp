// What every brick asserts.
#pragma once

#include <iterator>
#include <utility>
#include <vector>

#include "brick/assertion.hpp"

namespace brick {

// Equivalence to the scalar reference, no NaN, no Inf, and `more`.
inline std::vector<BrickAssertion> default_assertions(double tolerance, std::vector<BrickAssertion> more) {
    std::vector<BrickAssertion> assertions{BrickAssertion::equivalent_to_scalar(tolerance),
                                           BrickAssertion::no_nan(), BrickAssertion::no_inf()};
    assertions.insert(assertions.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
    return assertions;
}

}  // namespace brick
