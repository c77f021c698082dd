#include "brick/benchmark_report.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "brick/statistics.hpp"
#include "bricks/digits.hpp"
#include "bricks/sentence.hpp"
#include "bricks/stopwatch.hpp"

namespace brick {

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
    report.mean = mean(ascending);
    report.standard_deviation = standard_deviation(ascending);
    report.variation = report.standard_deviation / report.mean;
    report.p50 = quantile_of_ascending(ascending, 0.50);
    report.p99 = quantile_of_ascending(ascending, 0.99);
    report.tokens_per_second = 1e6 / report.mean;
    report.budget = budget;
    report.budget_met = budget.is_met(report.mean);
    report.is_valid = samples.size() >= config.samples && report.variation <= config.largest_variation;
    return report;
}

Result<BenchmarkReport> benchmark(const std::function<Result<void>()>& token, const BenchmarkConfig& config,
                                  const TokenBudget& budget) {
    for (std::size_t i = 0; i < config.warm_ups; ++i) BRICK_TRY(token());
    std::vector<double> samples;
    samples.reserve(config.samples);
    for (std::size_t i = 0; i < config.samples; ++i) {
        const Stopwatch stopwatch;
        BRICK_TRY(token());
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
