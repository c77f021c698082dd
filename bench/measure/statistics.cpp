#include "bench/measure/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
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

// As many places as there are, in runs of neighbours that begin anywhere; the first follows the last.
void draw_in_blocks(Random& random, std::span<std::size_t> places) {
    const std::size_t count = places.size();
    const auto length = static_cast<std::size_t>(std::ceil(std::cbrt(static_cast<double>(count))));
    std::size_t begin = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i % length == 0) begin = random.below(count);
        places[i] = (begin + i % length) % count;
    }
}

Interval percentile_interval(std::vector<double>& values, double level) {
    std::ranges::sort(values);
    const auto cut = static_cast<std::size_t>((1.0 - level) / 2.0 * static_cast<double>(values.size()));
    return {values[cut], values[values.size() - 1 - cut]};
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

std::vector<double> joined(std::span<const double> first, std::span<const double> second) {
    std::vector<double> all(first.begin(), first.end());
    all.insert(all.end(), second.begin(), second.end());
    return all;
}

double quantile(std::span<const double> values, double p) {
    return brick::quantile_of_ascending(sorted(values), p);
}

double median_absolute_deviation(std::span<const double> values) {
    const double middle = median(values);
    std::vector<double> distances;
    for (const double value : values) distances.push_back(std::fabs(value - middle));
    return median_in_place(distances);
}

std::optional<Interval> mean_interval(std::span<const double> values, double level) {
    if (values.size() < 2) return std::nullopt;
    const double count = static_cast<double>(values.size());
    const boost::math::students_t_distribution<double> t(count - 1.0);
    const double reach =
        boost::math::quantile(t, 0.5 + level / 2.0) * standard_deviation(values) / std::sqrt(count);
    return Interval{mean(values) - reach, mean(values) + reach};
}

double serial_correlation(std::span<const double> values) {
    if (values.size() < 2) return 0.0;
    const double middle = mean(values);
    double squares = 0.0, products = 0.0;
    for (const double value : values) squares += (value - middle) * (value - middle);
    for (std::size_t i = 1; i < values.size(); ++i) products += (values[i - 1] - middle) * (values[i] - middle);
    return squares == 0.0 ? 0.0 : products / squares;
}

bool is_stationary(std::span<const double> values) {
    constexpr std::size_t half = 5;
    if (values.size() < 2 * half) return false;
    const double last = median(values.last(half));
    const double before = median(values.subspan(values.size() - 2 * half, half));
    return std::fabs(last / before - 1.0) <= 0.02;
}

Summary summarize(std::span<const double> values) {
    if (values.empty()) return {};
    const auto [least, most] = std::ranges::minmax(values);
    return {.count = values.size(),
            .mean = mean(values),
            .standard_deviation = standard_deviation(values),
            .variation = coefficient_of_variation(values),
            .median = median(values),
            .median_absolute_deviation = median_absolute_deviation(values),
            .serial_correlation = serial_correlation(values),
            .least = least,
            .p50 = quantile(values, 0.50),
            .p99 = quantile(values, 0.99),
            .most = most,
            .mean_interval = mean_interval(values),
            .median_interval = median_interval(values)};
}

double ratio_of_medians(std::span<const double> a, std::span<const double> b) {
    return median(b) / median(a);
}

Interval bootstrap_ratio(std::span<const double> a, std::span<const double> b, std::uint64_t seed, double level,
                         std::size_t resamples) {
    Random random(seed);
    std::vector<std::size_t> pairs(a.size());
    std::vector<double> drawn_a(a.size());
    std::vector<double> drawn_b(a.size());
    std::vector<double> ratios(resamples);
    for (double& ratio : ratios) {
        draw_in_blocks(random, pairs);
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            drawn_a[i] = a[pairs[i]];
            drawn_b[i] = b[pairs[i]];
        }
        ratio = median_in_place(drawn_b) / median_in_place(drawn_a);
    }
    return percentile_interval(ratios, level);
}

Interval bootstrap_ratio_unpaired(std::span<const double> a, std::span<const double> b, std::uint64_t seed,
                                  double level, std::size_t resamples) {
    Random random(seed);
    const auto median_of_draw = [&random](std::span<const double> values) {
        std::vector<std::size_t> places(values.size());
        draw_in_blocks(random, places);
        std::vector<double> drawn(values.size());
        for (std::size_t i = 0; i < places.size(); ++i) drawn[i] = values[places[i]];
        return median_in_place(drawn);
    };
    std::vector<double> ratios(resamples);
    for (double& ratio : ratios) {
        const double of_b = median_of_draw(b);
        ratio = of_b / median_of_draw(a);
    }
    return percentile_interval(ratios, level);
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
