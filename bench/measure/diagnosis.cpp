#include "bench/measure/diagnosis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "bench/measure/statistics.hpp"

namespace brickproof::bench {
namespace {

double percent(double share) {
    return 100.0 * share;
}

Diagnosis find_drift(std::span<const double> samples) {
    const std::size_t third = samples.size() / 3;
    const double change = median(samples.last(third)) / median(samples.first(third)) - 1.0;
    if (std::fabs(change) <= largest_variation) return {};
    return {Diagnosis::Kind::drift,
            fmt::format("drift: the last third's median is {:+.1f}% from the first's", percent(change))};
}

// Two groups of ascending values: the first `low` of them, and the rest.
struct Split {
    std::size_t low = 0;
    double explained = 0.0;  // share of the variance that is between the groups
    double low_mean = 0.0;
    double high_mean = 0.0;
};

// The split that explains most of the variance (Otsu, A threshold selection method from gray-level histograms,
// 1979), each group a tenth of the values or more.
Split best_split(std::span<const double> ascending) {
    const double all = static_cast<double>(ascending.size());
    const double middle = mean(ascending);
    const double deviation = standard_deviation(ascending);
    const double squares = deviation * deviation * (all - 1.0);
    const std::size_t least = (ascending.size() + 9) / 10;
    Split best;
    if (squares == 0.0) return best;
    double sum = 0.0;
    for (std::size_t low = 1; low + least <= ascending.size(); ++low) {
        sum += ascending[low - 1];
        if (low < least) continue;
        const double low_count = static_cast<double>(low);
        const double low_mean = sum / low_count;
        const double high_mean = (middle * all - sum) / (all - low_count);
        const double between = low_count * (low_mean - middle) * (low_mean - middle) +
                               (all - low_count) * (high_mean - middle) * (high_mean - middle);
        if (between / squares > best.explained) best = {low, between / squares, low_mean, high_mean};
    }
    return best;
}

// The share of the samples that are in the upper group.
double upper_share(std::span<const double> samples, double limit) {
    const auto upper = std::ranges::count_if(samples, [limit](double sample) { return sample > limit; });
    return static_cast<double>(upper) / static_cast<double>(samples.size());
}

// Two groups that do not take turns but follow each other are a drift, in one step.
Diagnosis find_two_modes(std::span<const double> samples) {
    constexpr double least_explained = 0.85;
    constexpr double one_after_the_other = 0.5;
    std::vector<double> ascending(samples.begin(), samples.end());
    std::ranges::sort(ascending);
    const Split split = best_split(ascending);
    const double apart = split.low_mean > 0.0 ? split.high_mean / split.low_mean - 1.0 : 0.0;
    if (split.explained <= least_explained || apart <= 2.0 * largest_variation) return {};
    const std::size_t third = samples.size() / 3;
    const double limit = ascending[split.low - 1];
    const double begin = upper_share(samples.first(third), limit);
    const double end = upper_share(samples.last(third), limit);
    if (std::fabs(end - begin) > one_after_the_other)
        return {Diagnosis::Kind::drift,
                fmt::format("drift: a step of {:+.1f}%", (end > begin ? 1.0 : -1.0) * percent(apart))};
    const double share = static_cast<double>(split.low) / static_cast<double>(ascending.size());
    return {Diagnosis::Kind::bimodal,
            fmt::format("bimodal: {:.0f}% of the samples around one time, the others {:.1f}% above", percent(share),
                        percent(apart))};
}

Diagnosis find_spread(std::span<const double> samples) {
    const double variation = coefficient_of_variation(samples);
    if (variation <= largest_variation) return {};
    constexpr double far = 5.0;  // robust standard deviations
    const double middle = median(samples);
    const double reach = far * deviations_per_mad * median_absolute_deviation(samples);
    std::vector<double> near;
    for (const double sample : samples)
        if (std::fabs(sample - middle) <= reach) near.push_back(sample);
    const std::string varies =
        fmt::format("samples vary by {:.1f}%, more than {:.0f}%", percent(variation), percent(largest_variation));
    if (near.size() == samples.size() || coefficient_of_variation(near) > largest_variation)
        return {Diagnosis::Kind::spread, varies};
    return {
        Diagnosis::Kind::outliers,
        fmt::format("outliers: {}, {} of {} lie beyond {:.0f} robust deviations, up to {:.1f} times the median, "
                    "without evidence of an interruption",
                    varies, samples.size() - near.size(), samples.size(), far, std::ranges::max(samples) / middle)};
}

}  // namespace

std::string_view name_of(Diagnosis::Kind kind) {
    constexpr std::string_view names[] = {"valid", "too few samples", "drift", "bimodal", "outliers", "spread"};
    return names[static_cast<std::size_t>(kind)];
}

Diagnosis diagnose(std::span<const double> samples) {
    if (samples.size() < least_samples)
        return {Diagnosis::Kind::too_few,
                fmt::format("{} undisturbed samples, {} are needed", samples.size(), least_samples)};
    if (Diagnosis modes = find_two_modes(samples); !modes.is_valid()) return modes;
    if (Diagnosis drift = find_drift(samples); !drift.is_valid()) return drift;
    return find_spread(samples);
}

}  // namespace brickproof::bench
