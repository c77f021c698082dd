// The pictures of the HTML report, as SVG that takes its colours from the page's style.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/run/row.hpp"

namespace brickproof::bench {

// A histogram of the samples, from the least to a quarter above the median or the 99th percentile, whichever is
// more; what lies beyond is counted in the last bar. The median is a line.
std::string distribution_svg(const Timing& timing);

// A line a compared row: the ratio and its interval, on a logarithmic scale. Empty where nothing was compared.
std::string ratios_chart(std::span<const Row> rows);

// A line a kernel, with a mark for each of its rows that has a limit: how much of that it reaches. Empty where none
// has.
std::string shares_chart(std::span<const Row> rows);

// Multiply-adds a second over multiply-adds a byte, both logarithmic, under the measured ceilings. Rows without
// arithmetic are not in it.
std::string roofline_svg(const BenchReport& report);

// Labels of a logarithmic axis between two values: 1, 2 and 5 times powers of ten, or powers of ten alone where
// those would be more than ten.
std::vector<double> axis_labels(double low, double high);

}  // namespace brickproof::bench
