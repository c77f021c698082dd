// How far values moved: counts, ulps, shares of the contract's bound, where, and a histogram.
//
// An ulp is the distance of two neighbours in the output's own format (float32, half, a quant) at the old value; a
// fraction of one where values are finer than the format, as exact ones in float64 are.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cases/golden_case.hpp"

namespace brickproof::golden {

// The largest of something, and where it is.
struct Peak {
    double amount = 0.0;
    std::string where{};  // "y[3]"; in a set of cases "case y[3]"
    double before = 0.0;
    double after = 0.0;
};

struct Movement {
    std::size_t values = 0;
    std::size_t moved = 0;         // a NaN that stays a NaN and a zero of the other sign did not
    std::size_t incomparable = 0;  // of these: NaN or infinite before or behind, but not both
    std::size_t outside = 0;       // of these: by more than the bound
    Peak ulps{};                   // of the comparable ones
    Peak share{};                  // of the bound; infinite where the bound is 0
    // Below 0.01, 0.1, 1, 10, 100, 1000 ulps, and all above.
    std::array<std::size_t, 7> histogram{};

    // Adds what was found elsewhere; `prefix` goes before its places.
    void merge(const Movement& other, std::string_view prefix = "");
};

// Of one output, as output_values() orders it. `compared` (where it is not empty) has a 0 for values to leave out.
Movement movement_of(const Operand& operand, std::span<const double> before, std::span<const double> after,
                     std::span<const double> bound, std::span<const char> compared = {});

// Of all outputs of a case, before and after, against the bounds of its oracle.
using Values = std::vector<std::vector<double>>;  // one list per output operand
Movement movement_of(const GoldenCase& golden, const Values& before, const Values& after);

// The values of a case's expectation, and of what a kernel gave.
Values expected_values(const GoldenCase& golden);
Values output_values_of(const GoldenCase& golden, const Outputs& outputs);

// "3 of 65 values moved, by 1 ulp and 0.31 of the bound at most, at y[7]: 0.25 -> 0.26"
std::string summary_of(const Movement& movement);
// The histogram's lines, indented; empty where nothing moved.
std::string histogram_of(const Movement& movement);

}  // namespace brickproof::golden
