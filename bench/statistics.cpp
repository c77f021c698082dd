#include "bench/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "engine/random.hpp"

namespace brickproof::bench {
namespace {

// Reorders its argument.
double median_in_place(std::span<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) return *middle;
    return (*std::max_element(values.begin(), middle) + *middle) / 2.0;
}

std::vector<double> sorted(std::span<const double> values) {
    std::vector<double> copy(values.begin(), values.end());
    std::ranges::sort(copy);
    return copy;
}

// The largest k with P(X <= k - 1) <= tail; 0 if there is none.
std::size_t order_statistic(std::size_t n, double tail) {
    const boost::math::binomial_distribution<double> heads(static_cast<double>(n), 0.5);
    std::size_t k = 0;
    while (k < n / 2 && boost::math::cdf(heads, static_cast<double>(k)) <= tail) ++k;
    return k;
}

}  // namespace

double median(std::span<const double> values) {
    std::vector<double> copy(values.begin(), values.end());
    return median_in_place(copy);
}

std::optional<Interval> median_interval(std::span<const double> values, double level) {
    const std::size_t k = order_statistic(values.size(), (1.0 - level) / 2.0);
    if (k == 0) return std::nullopt;
    const std::vector<double> ordered = sorted(values);
    return Interval{ordered[k - 1], ordered[ordered.size() - k]};
}

double coefficient_of_variation(std::span<const double> values) {
    if (values.size() < 2) return 0.0;
    const double count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0.0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / (count - 1.0)) / mean;
}

double ratio_of_medians(std::span<const double> a, std::span<const double> b) {
    return median(b) / median(a);
}

Interval bootstrap_ratio(std::span<const double> a, std::span<const double> b, std::uint64_t seed, double level,
                         std::size_t resamples) {
    Random random(seed);
    std::vector<double> drawn_a(a.size());
    std::vector<double> drawn_b(a.size());
    std::vector<double> ratios(resamples);
    for (double& ratio : ratios) {
        for (std::size_t i = 0; i < a.size(); ++i) {
            const std::size_t pair = random.below(a.size());
            drawn_a[i] = a[pair];
            drawn_b[i] = b[pair];
        }
        ratio = median_in_place(drawn_b) / median_in_place(drawn_a);
    }
    std::ranges::sort(ratios);
    const auto cut = static_cast<std::size_t>((1.0 - level) / 2.0 * static_cast<double>(resamples));
    return {ratios[cut], ratios[resamples - 1 - cut]};
}

Verdict verdict_of(const Interval& ratio) {
    if (ratio.contains(1.0)) return Verdict::cannot_tell;
    return ratio.low > 1.0 ? Verdict::faster : Verdict::slower;
}

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::faster:
            return "faster";
        case Verdict::slower:
            return "slower";
        case Verdict::cannot_tell:
            return "cannot tell";
    }
    return "?";
}

}  // namespace brickproof::bench
