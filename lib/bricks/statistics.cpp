#include "brick/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace brick {

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double standard_deviation(std::span<const double> values) {
    if (values.size() < 2) return 0.0;
    const double middle = mean(values);
    double squares = 0.0;
    for (const double value : values) squares += (value - middle) * (value - middle);
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double coefficient_of_variation(std::span<const double> values) {
    return values.size() < 2 ? 0.0 : standard_deviation(values) / mean(values);
}

double quantile_of_ascending(std::span<const double> ascending, double p) {
    const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(ascending.size())));
    return ascending[std::clamp<std::size_t>(rank, 1, ascending.size()) - 1];
}

}  // namespace brick
