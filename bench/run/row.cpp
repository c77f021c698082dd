#include "bench/run/row.hpp"

#include <fmt/format.h>

#include <cmath>

#include "bench/machine/core_clock.hpp"

namespace brickproof::bench {
namespace {

std::string too_few(const Row& row, const Diagnosis& diagnosis) {
    const auto count = [&row](Disturbance disturbance) {
        return row.disturbances[static_cast<std::size_t>(disturbance)];
    };
    const std::size_t disturbed =
        count(Disturbance::switched) + count(Disturbance::stolen) + count(Disturbance::interrupt);
    const std::size_t memory = count(Disturbance::memory);
    const double call = 1e-6 * row.a.summary.median;  // ms
    const std::string slow = call >= 1.0 ? fmt::format(", a call takes {:.1f} ms", call) : "";
    if (disturbed + memory == 0)
        return fmt::format("{} in {:.1f} s{}: give it more --seconds-per-row", diagnosis.says, row.seconds, slow);
    return fmt::format(
        "{} in {:.1f} s{}; of the voided, another thread had the CPU in {}, time was stolen in {}, {} were "
        "interrupted{}: give it an idle CPU, or more --seconds-per-row",
        diagnosis.says, row.seconds, slow, count(Disturbance::switched), count(Disturbance::stolen),
        count(Disturbance::interrupt), memory > 0 ? fmt::format(", memory was another in {}", memory) : "");
}

// What the probes say, if memory did not hold still.
std::string busy_memory(const Row& row) {
    if (!row.memory || !row.memory->varies) return {};
    const Interval middle = row.memory->middle_80_percent();
    return fmt::format("memory busy, a probe beside it got {:.1f} to {:.1f} GB/s in four rounds of five; ",
                       middle.low, middle.high);
}

}  // namespace

Timing timed(std::string library, std::string variant, std::vector<double> samples, std::vector<double> voided,
             std::size_t calls) {
    Timing timing;
    timing.library = std::move(library);
    timing.variant = std::move(variant);
    timing.summary = summarize(samples);
    timing.raw_variation = coefficient_of_variation(joined(samples, voided));
    timing.samples = std::move(samples);
    timing.voided = std::move(voided);
    timing.calls = calls;
    return timing;
}

Comparison compare_pairs(std::span<const double> a, std::span<const double> b, std::uint64_t seed) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < a.size(); ++i) ratios.push_back(b[i] / a[i]);
    Comparison comparison{.ratio = ratio_of_medians(a, b), .interval = bootstrap_ratio(a, b, seed)};
    comparison.verdict = verdict_of(comparison.interval);
    comparison.variation = coefficient_of_variation(ratios);
    comparison.holds = diagnose(ratios).is_valid();
    return comparison;
}

double Row::elements_per_cycle() const {
    const double cycles = a.cycles ? *a.cycles : a.summary.median * gigahertz;
    return cycles > 0.0 ? static_cast<double>(elements) / cycles : 0.0;
}

Interval MemoryRate::middle_80_percent() const {
    const std::vector<double> all = joined(counted, voided);
    return {quantile(all, 0.10), quantile(all, 0.90)};
}

std::string why_invalid(const Row& row, const std::vector<Diagnosis>& diagnoses, std::array<double, 2> gigahertz) {
    const Timing* timings[] = {&row.a, row.b && row.side_by_side() ? &*row.b : nullptr};
    for (std::size_t i = 0; i < diagnoses.size() && i < std::size(timings); ++i) {
        if (timings[i] == nullptr || diagnoses[i].is_valid()) continue;
        if (diagnoses[i].kind == Diagnosis::Kind::too_few) return too_few(row, diagnoses[i]);
        const std::string& variant = timings[i]->variant;
        const bool changed = std::fabs(gigahertz[1] / gigahertz[0] - 1.0) > largest_rate_change;
        if (changed)
            return fmt::format("{}: the core's clock went from {:.2f} to {:.2f} GHz; {}", variant, gigahertz[0],
                               gigahertz[1], diagnoses[i].says);
        return fmt::format("{}{}: {}", busy_memory(row), variant, diagnoses[i].says);
    }
    return {};
}

}  // namespace brickproof::bench
