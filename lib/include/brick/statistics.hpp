// What repeated times say, as the bricks' reports and the benchmark have it: written once.
#pragma once

#include <span>

namespace brick {

// At least one value.
double mean(std::span<const double> values);
// Of the sample: n - 1. 0 for fewer than two values.
double standard_deviation(std::span<const double> values);
// Standard deviation over mean; 0 for fewer than two values.
double coefficient_of_variation(std::span<const double> values);
// The smallest value that at least the share p of all values does not exceed (nearest rank). At least one value, in
// ascending order.
double quantile_of_ascending(std::span<const double> ascending, double p);

}  // namespace brick
