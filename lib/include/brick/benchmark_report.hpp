// The statistics of repeated timed runs.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "brick/result.hpp"
#include "brick/token_budget.hpp"

namespace brick {

struct BenchmarkConfig {
    std::size_t warm_ups = 10;
    std::size_t samples = 100;
    // The largest coefficient of variation (standard deviation / mean) of a valid result.
    double largest_variation = 0.05;
};

// Microseconds per token.
struct BenchmarkReport {
    std::size_t samples = 0;
    double mean = 0.0;
    double standard_deviation = 0.0;  // of the sample: n - 1
    double variation = 0.0;           // standard_deviation / mean
    double p50 = 0.0;
    double p99 = 0.0;
    double tokens_per_second = 0.0;  // by the mean
    TokenBudget budget;
    bool budget_met = false;  // by the mean
    bool is_valid = false;    // enough samples, and they vary no more than the configuration allows

    // One line for a person; what is invalid or over budget is said first.
    std::string describe(std::string_view brick) const;
};

// Errors: zero_dimension without samples; not_finite (with the index) for one that is NaN, Inf or not positive.
Result<BenchmarkReport> summarize(std::span<const double> microseconds_per_token, const BenchmarkConfig& config,
                                  const TokenBudget& budget);

// Runs `token` warm_ups times, then samples times and times each. Errors: the first of `token`'s; those of
// summarize.
Result<BenchmarkReport> benchmark(const std::function<Result<void>()>& token, const BenchmarkConfig& config,
                                  const TokenBudget& budget);

}  // namespace brick
