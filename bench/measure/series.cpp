#include "bench/measure/series.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "bench/measure/statistics.hpp"

namespace brickproof::bench {
namespace {

constexpr std::size_t most_rounds = 4000;  // the interval is narrow long before
constexpr std::array<Length, 3> lengths = {{{1.0, 0.15}, {4.0, 0.15}, {16.0, 1.0}}};
constexpr Length with_memory = {4.0, 1.0};
constexpr std::size_t most_joins = 2;

double quiet_memory(const Series& series) {
    std::vector<double> all;
    for (const Round& round : series.rounds) all.push_back(round.memory);
    return quantile(all, quiet_share);
}

}  // namespace

double MemoryEvidence::variation() const {
    return coefficient_of_variation(joined(counted, voided));
}

std::size_t Samples::voided_count() const {
    return std::accumulate(voided.begin(), voided.end(), std::size_t{0},
                           [](std::size_t sum, const auto& values) { return sum + values.size(); });
}

void join_rounds(Series& series) {
    series.turns *= 2;
    const std::size_t pairs = series.rounds.size() / 2;
    for (std::size_t r = 0; r < pairs; ++r) {
        Round both = series.rounds[2 * r];
        const Round& second = series.rounds[2 * r + 1];
        for (std::size_t i = 0; i < both.per_call.size(); ++i)
            both.per_call[i] = (both.per_call[i] + second.per_call[i]) / 2.0;
        both.memory = (both.memory + second.memory) / 2.0;
        series.rounds[r] = std::move(both);
    }
    series.rounds.resize(pairs);
}

Samples sorted_out(const Series& series) {
    Samples samples;
    samples.nanoseconds.resize(series.calls.size());
    samples.voided = series.disturbed;
    samples.disturbances = series.disturbances;
    for (const std::size_t calls : series.calls) samples.calls.push_back(series.turns * calls);
    if (series.has_memory && !series.rounds.empty()) samples.memory = MemoryEvidence{.quiet = quiet_memory(series)};
    for (const Round& round : series.rounds) {
        const double slowdown = samples.memory ? round.memory / samples.memory->quiet : 1.0;
        const bool other = std::max(slowdown, 1.0 / slowdown) > 1.0 + largest_slowdown;
        if (samples.memory) (other ? samples.memory->voided : samples.memory->counted).push_back(round.memory);
        auto& kept = other ? samples.voided : samples.nanoseconds;
        for (std::size_t i = 0; i < kept.size(); ++i) kept[i].push_back(round.per_call[i]);
        if (other) samples.disturbances[static_cast<std::size_t>(Disturbance::memory)] += kept.size();
    }
    for (const auto& values : samples.nanoseconds) samples.diagnoses.push_back(diagnose(values));
    return samples;
}

Length length_of(std::size_t attempt, bool has_memory) {
    return has_memory ? with_memory : lengths[attempt % lengths.size()];
}

bool joins(std::size_t attempt, bool has_memory) {
    return has_memory && attempt > 0 && attempt <= most_joins;
}

void begin_attempt(Series& series) {
    series.next_look = std::max(least_samples, series.rounds.size());
    series.most = most_rounds;
    series.counted = 0;
    series.is_valid = false;
}

// An attempt is prolonged to twice the rounds that it first had enough samples with.
Diagnosis note_look(const Samples& looked, Series& series) {
    Diagnosis worst;
    for (std::size_t i = 0; i < looked.diagnoses.size(); ++i)
        if (worst.is_valid() && series.decides[i]) worst = looked.diagnoses[i];
    series.is_valid = worst.is_valid();
    series.counted = looked.nanoseconds[0].size();
    if (series.counted >= least_samples) series.most = std::min(series.most, 2 * series.rounds.size());
    series.next_look = series.rounds.size() + least_samples / 2;
    return worst;
}

Step next(const Series& series, const Times& times) {
    if (series.is_valid || times.now >= times.limit) return Step::stop;
    const bool must_go_on = times.is_first_attempt && series.counted < least_samples;
    if (series.rounds.size() >= series.most) return Step::longer;
    return times.now >= times.attempt_ends && !must_go_on ? Step::longer : Step::more;
}

bool is_look_due(const Series& series, double least_nanoseconds) {
    const auto is_enough = [least_nanoseconds](double measured) { return measured >= least_nanoseconds; };
    return series.rounds.size() >= series.next_look && std::ranges::all_of(series.measured, is_enough);
}

bool stands(const Samples& latest, const Samples& before) {
    const std::size_t count = latest.nanoseconds[0].size();
    return before.nanoseconds.empty() || count >= least_samples || count >= before.nanoseconds[0].size();
}

}  // namespace brickproof::bench
