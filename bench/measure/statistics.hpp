// What samples of a time say: medians, their intervals, and how two of them compare. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "brick/statistics.hpp"

namespace brickproof::bench {

inline constexpr double confidence = 0.95;

struct Interval {
    double low = 0.0;
    double high = 0.0;

    bool contains(double value) const { return low <= value && value <= high; }
};

// The middle value, or the mean of the two in the middle. At least one value.
double median(std::span<const double> values);
// Those of the first, then those of the second: what counts and what was voided, for the raw figures.
std::vector<double> joined(std::span<const double> first, std::span<const double> second);

// The interval of the median from two order statistics: [x_(k), x_(n+1-k)] with the largest k such that each tail
// of the binomial distribution (n, 1/2) has at most (1 - level) / 2. It assumes nothing about the distribution but
// independence. (Conover, Practical Nonparametric Statistics, 3rd ed., 3.2.) Nothing where no k serves: fewer than
// 6 values at 95%.
std::optional<Interval> median_interval(std::span<const double> values, double level = confidence);

// The smallest value that at least the share p of all values does not exceed (nearest rank). At least one value.
double quantile(std::span<const double> values, double p);

// The median of the distances from the median. 1.4826 times that is the standard deviation of normal values.
double median_absolute_deviation(std::span<const double> values);
inline constexpr double deviations_per_mad = 1.4826;

using brick::coefficient_of_variation;
using brick::mean;
using brick::standard_deviation;

// Student's t interval of the mean; it is for means of many values, whose distribution is near normal. Nothing for
// fewer than two values.
std::optional<Interval> mean_interval(std::span<const double> values, double level = confidence);

// Of each value with the next (lag 1), -1 to 1. Far above 0, the intervals of mean and median are narrower than
// they should be: they take the values for independent. 0 for fewer than two values, or equal ones.
double serial_correlation(std::span<const double> values);

// Whether the last five values' median is within 2% of that of the five before: whether what is timed is warm.
// Fewer than ten values are not.
bool is_stationary(std::span<const double> values);

// The figures above. Robust ones stand beside mean and deviation: neither replaces the other.
struct Summary {
    std::size_t count = 0;
    double mean = 0.0;
    double standard_deviation = 0.0;
    double variation = 0.0;
    double median = 0.0;
    double median_absolute_deviation = 0.0;
    double serial_correlation = 0.0;
    double least = 0.0;
    double p50 = 0.0;
    double p99 = 0.0;
    double most = 0.0;
    std::optional<Interval> mean_interval{};
    std::optional<Interval> median_interval{};
};
// Of no values: zeros.
Summary summarize(std::span<const double> values);

// median(b) / median(a): how many times faster a is, where both are times.
double ratio_of_medians(std::span<const double> a, std::span<const double> b);

// The percentile bootstrap interval of ratio_of_medians. a[i] and b[i] were measured side by side: pairs are drawn,
// so that what slows both does not widen the interval. (Efron, Tibshirani, An Introduction to the Bootstrap, 13.3.)
// They are drawn in runs of neighbours, of the cube root of their number: what slows one sample often slows the
// next, and drawn one by one they would seem to say more than they do. (Politis, Romano, A circular
// block-resampling procedure for stationary data, 1992.) Equal lengths, at least one pair.
Interval bootstrap_ratio(std::span<const double> a, std::span<const double> b, std::uint64_t seed,
                         double level = confidence, std::size_t resamples = 2000);

// The percentile bootstrap interval of the same ratio where a and b were measured at different times: each is drawn
// by itself, in runs too. At least one value each.
Interval bootstrap_ratio_unpaired(std::span<const double> a, std::span<const double> b, std::uint64_t seed,
                                  double level = confidence, std::size_t resamples = 2000);

enum class Verdict { faster, slower, cannot_tell };
// Of a, from the interval of its ratio: cannot tell if it contains 1.
Verdict verdict_of(const Interval& ratio);
std::string_view name_of(Verdict verdict);

}  // namespace brickproof::bench
