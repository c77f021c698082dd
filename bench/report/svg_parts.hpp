// What the charts are drawn with.
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "bench/run/row.hpp"

namespace brickproof::bench {

// A logarithmic axis from low to high on pixels from begin to end.
struct Axis {
    double low;
    double high;
    double begin;
    double end;

    double at(double value) const { return begin + (end - begin) * std::log(value / low) / std::log(high / low); }
};

std::string line(double x1, double y1, double x2, double y2, std::string_view style);
std::string label(double x, double y, std::string_view style, std::string_view text);
// A picture of that size in its own units, which the page scales; `says` is for those who do not see it.
std::string svg(double width, double height, std::string_view style, std::string_view says, std::string_view body);

// The style of a level's colour.
std::string_view class_of(Level level);
// A mark of the row's level at (x, y), hollow where it is INVALID; `says` shows where one points at it.
std::string mark_of(const Row& row, double x, double y, std::string_view says);

// "q8_0.dot avx2, L1, 4,096 values"
std::string name_of(const Row& row);

}  // namespace brickproof::bench
