#include "brick/benchmark_report.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <vector>

#include "bricks/digits.hpp"
#include "bricks/sentence.hpp"
#include "bricks/stopwatch.hpp"

namespace brick {
namespace {

// The smallest value that at least the share p of all values does not exceed (nearest rank).
double quantile(std::span<const double> ascending, double p) {
    const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(ascending.size())));
    return ascending[std::max<std::size_t>(rank, 1) - 1];
}

double standard_deviation_of(std::span<const double> values, double mean) {
    if (values.size() < 2) return 0.0;
    double sum = 0.0;
    for (const double value : values) sum += (value - mean) * (value - mean);
    return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

}  // namespace

Result<BenchmarkReport> summarize(std::span<const double> samples, const BenchmarkConfig& config,
                                  const TokenBudget& budget) {
    if (samples.empty()) return make_error(ErrorCode::zero_dimension, "summarize: there are no samples");
    const auto bad = std::ranges::find_if(samples, [](double t) { return !(t > 0.0) || !std::isfinite(t); });
    if (bad != samples.end())
        return make_error(ErrorCode::not_finite, "summarize: sample ", bad - samples.begin(), " is ", *bad,
                          "; a time is positive and finite");
    std::vector<double> ascending(samples.begin(), samples.end());
    std::ranges::sort(ascending);
    BenchmarkReport report;
    report.samples = samples.size();
    report.mean = std::accumulate(ascending.begin(), ascending.end(), 0.0) / static_cast<double>(samples.size());
    report.standard_deviation = standard_deviation_of(ascending, report.mean);
    report.variation = report.standard_deviation / report.mean;
    report.p50 = quantile(ascending, 0.50);
    report.p99 = quantile(ascending, 0.99);
    report.tokens_per_second = 1e6 / report.mean;
    report.budget = budget;
    report.budget_met = budget.is_met(report.mean);
    report.is_valid = samples.size() >= config.samples && report.variation <= config.largest_variation;
    return report;
}

Result<BenchmarkReport> benchmark(const std::function<Result<void>()>& token, const BenchmarkConfig& config,
                                  const TokenBudget& budget) {
    for (std::size_t i = 0; i < config.warm_ups; ++i)
        if (const auto run = token(); !run) return run.error();
    std::vector<double> samples;
    samples.reserve(config.samples);
    for (std::size_t i = 0; i < config.samples; ++i) {
        const Stopwatch stopwatch;
        if (const auto run = token(); !run) return run.error();
        samples.push_back(stopwatch.microseconds());
    }
    return summarize(samples, config, budget);
}

std::string BenchmarkReport::describe(std::string_view brick) const {
    return sentence(is_valid ? "" : "INVALID ", budget_met ? "" : "OVER BUDGET ", brick, ": mean ",
                    Digits(mean).text(), " us a token (standard deviation ", Digits(standard_deviation).text(),
                    ", variation ", Digits(100.0 * variation).text(), " %), p50 ", Digits(p50).text(), ", p99 ",
                    Digits(p99).text(), "; ", Digits(tokens_per_second).text(), " tokens/s; budget ",
                    Digits(budget.microseconds_per_token()).text(), " us, factor ",
                    Digits(budget.gap_factor(mean)).text(), "; ", samples, " samples");
}

}  // namespace brick
