#include "bench/sampler.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "bench/statistics.hpp"
#include "engine/random.hpp"

namespace brickproof::bench {
namespace {

constexpr std::size_t most_samples = 4000;  // the interval is narrow long before
constexpr std::size_t most_voids = 3;       // of one contestant in one round
constexpr std::size_t hopeless_rounds = 2 * least_samples;

// How much longer than the shortest the samples of the first, second, third, ... attempt are; then again from the
// first. Long samples are less changed by what is short and cannot be seen, a later attempt not at all by what is
// over.
constexpr std::array<double, 3> lengths = {1.0, 4.0, 16.0};
// Of the time limit, for one attempt.
constexpr double share_of_attempt = 0.15;

struct Entry {
    const Contestant* contestant;
    std::size_t calls = 1;
    double per_call = 1.0;  // ns, about, when it was warm
    double measured = 0.0;  // ns of undisturbed samples in this attempt
};

class Sampling {
  public:
    Sampling(std::span<const Contestant> contestants, const SamplingOptions& options, const Meter& meter)
        : options_(options), meter_(meter), random_(options.seed), begin_(options.now()) {
        for (const Contestant& contestant : contestants) entries_.push_back({&contestant});
    }

    Samples run() && {
        for (Entry& entry : entries_)
            if (!find_batch_length(entry, options_.shortest_sample) || !warm_up(entry)) return finish();
        for (std::size_t number = 0;; ++number) {
            const Samples before = samples_;
            if (attempt(lengths[number % lengths.size()]) || must_stop()) break;
            if (!before.attempts.empty() && samples_.nanoseconds[0].size() < least_samples) go_back_to(before);
            if (elapsed() >= options_.seconds) break;
        }
        return finish();
    }

  private:
    double elapsed() const { return options_.now() - begin_; }

    bool must_stop() {
        samples_.user_stopped = options_.stop != nullptr && options_.stop->load();
        return samples_.user_stopped || samples_.dead.has_value();
    }

    Measured time(Entry& entry) {
        Measured measured = meter_(entry.contestant->batch, next_call_, entry.calls);
        next_call_ += entry.calls;
        measured.nanoseconds -= options_.sample_overhead;
        if (!measured.died.empty()) {
            samples_.dead = static_cast<std::size_t>(&entry - entries_.data());
            samples_.died = entry.contestant->name + ": " + measured.died;
        }
        return measured;
    }

    double per_call(const Entry& entry, const Measured& measured) const {
        return measured.nanoseconds / static_cast<double>(entry.calls) - entry.contestant->call_overhead;
    }

    // About, in ns: known before it is taken.
    static double sample_length(const Entry& entry) { return static_cast<double>(entry.calls) * entry.per_call; }

    bool counts(const Measured& measured, double sample_length) const {
        if (measured.disturbance == Disturbance::none) return true;
        return measured.disturbance == Disturbance::interrupt &&
               (!options_.interrupts_show || sample_length > longest_sample_voided_by_interrupt);
    }

    // Lengthens the batch until it is long enough, by a fifth more than it seems to need: it is measured at one
    // moment.
    bool find_batch_length(Entry& entry, double shortest) {
        constexpr std::size_t most_tries = 100;
        constexpr double most_growth = 8.0;
        for (std::size_t tries = 0; tries < most_tries && !must_stop(); ++tries) {
            const Measured measured = time(entry);
            if (!counts(measured, measured.nanoseconds)) continue;
            if (measured.nanoseconds >= shortest) break;
            const double growth = std::min(1.2 * shortest / std::max(measured.nanoseconds, 1.0), most_growth);
            entry.calls = static_cast<std::size_t>(std::ceil(growth * static_cast<double>(entry.calls)));
        }
        return !must_stop();
    }

    bool warm_up(Entry& entry) {
        constexpr std::size_t most_warm_ups = 200;
        const double until = elapsed() + options_.seconds / 10.0;
        std::vector<double> samples;
        std::size_t taken = 0;
        while (!is_stationary(samples) && taken < most_warm_ups && (taken < 10 || elapsed() < until)) {
            if (must_stop()) return false;
            const Measured measured = time(entry);
            if (counts(measured, measured.nanoseconds) || taken == 0) samples.push_back(per_call(entry, measured));
            ++taken;
        }
        const std::span<const double> all(samples);
        entry.per_call = std::max(median(all.last(std::min<std::size_t>(5, all.size()))), 1e-3);
        if (&entry == entries_.data()) samples_.warm_ups = taken;
        return !must_stop();
    }

    // An attempt that the time limit left too few samples does not stand, but is told.
    void go_back_to(const Samples& before) {
        std::vector<Attempt> attempts = std::move(samples_.attempts);
        samples_ = before;
        samples_.attempts = std::move(attempts);
    }

    // Whether it ended valid. It is prolonged to twice the samples that it first had enough with, if they are not.
    bool attempt(double length) {
        start_attempt(length);
        const bool first = samples_.attempts.empty();
        const double until = std::min(elapsed() + share_of_attempt * options_.seconds, options_.seconds);
        std::size_t most = most_samples;
        std::size_t next_look = least_samples;
        for (std::size_t rounds = 0;; ++rounds) {
            const std::size_t count = samples_.nanoseconds[0].size();
            const bool time_is_up = elapsed() >= until;
            if (time_is_up && (!first || count >= least_samples || rounds >= hopeless_rounds)) break;
            if (count >= most || !round()) break;
            const std::size_t now = samples_.nanoseconds[0].size();
            if (now < next_look || !measured_enough()) continue;
            if (diagnose_all().is_valid()) break;
            most = std::min(most, 2 * now);
            next_look = now + least_samples / 2;
        }
        return note_attempt().is_valid();
    }

    void start_attempt(double length) {
        samples_.nanoseconds.assign(entries_.size(), {});
        samples_.voided.assign(entries_.size(), {});
        samples_.disturbances = {};
        samples_.calls.clear();
        shortest_ = length * options_.shortest_sample;
        for (Entry& entry : entries_) {
            entry.measured = 0.0;
            const double calls = std::ceil(1.2 * shortest_ / entry.per_call);
            entry.calls = static_cast<std::size_t>(std::max(1.0, calls));
            samples_.calls.push_back(entry.calls);
        }
    }

    bool measured_enough() const {
        return std::ranges::all_of(
            entries_, [this](const Entry& entry) { return entry.measured >= 1e9 * options_.least_measured; });
    }

    // The first that is not valid.
    Diagnosis diagnose_all() {
        samples_.diagnoses.clear();
        Diagnosis worst;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            samples_.diagnoses.push_back(diagnose(samples_.nanoseconds[i]));
            if (worst.is_valid() && entries_[i].contestant->must_be_valid) worst = samples_.diagnoses.back();
        }
        return worst;
    }

    Diagnosis note_attempt() {
        Diagnosis diagnosis = diagnose_all();
        samples_.attempts.push_back({.sample_nanoseconds = sample_length(entries_[0]),
                                     .samples = samples_.nanoseconds[0].size(),
                                     .voided = samples_.voided_count(),
                                     .reason = diagnosis.says});
        return diagnosis;
    }

    bool round() {
        std::vector<std::size_t> order(entries_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
        std::vector<double> taken(entries_.size());
        for (const std::size_t i : order) {
            const std::optional<double> undisturbed = time_undisturbed(entries_[i], samples_.voided[i]);
            if (must_stop()) return false;
            if (!undisturbed) return true;  // the round does not count
            taken[i] = *undisturbed;
        }
        for (std::size_t i = 0; i < taken.size(); ++i) {
            samples_.nanoseconds[i].push_back(taken[i]);
            entries_[i].measured += taken[i] * static_cast<double>(entries_[i].calls);
        }
        return true;
    }

    // A disturbed sample is voided and taken again, at once: else a round of long samples hardly ever counts.
    std::optional<double> time_undisturbed(Entry& entry, std::vector<double>& voided) {
        for (std::size_t tries = 0; tries < most_voids; ++tries) {
            const Measured measured = time(entry);
            if (must_stop()) return std::nullopt;
            ++samples_.disturbances[static_cast<std::size_t>(measured.disturbance)];
            if (counts(measured, sample_length(entry))) return per_call(entry, measured);
            voided.push_back(per_call(entry, measured));
        }
        return std::nullopt;
    }

    Samples finish() {
        samples_.nanoseconds.resize(entries_.size());
        samples_.voided.resize(entries_.size());
        samples_.calls.resize(entries_.size());
        if (samples_.diagnoses.size() != entries_.size()) diagnose_all();
        samples_.seconds = elapsed();
        return std::move(samples_);
    }

    const SamplingOptions& options_;
    const Meter& meter_;
    Random random_;
    double begin_;
    std::vector<Entry> entries_;
    Samples samples_;
    double shortest_ = 0.0;  // sample of this attempt, ns
    // Counts on from batch to batch, whoever's: the inputs rotate. With a count for each, one would find in the
    // cache what the other has just read, and seem the faster.
    std::size_t next_call_ = 0;
};

}  // namespace

double steady_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double shortest_sample_for(double sample_overhead) {
    constexpr double share = 0.001;
    constexpr double shortest = 100'000;  // ns: what the evidence costs stays small too
    return std::max(shortest, std::ceil(sample_overhead / share));
}

std::size_t Samples::voided_count() const {
    return std::accumulate(voided.begin(), voided.end(), std::size_t{0},
                           [](std::size_t sum, const auto& values) { return sum + values.size(); });
}

Samples sample(std::span<const Contestant> contestants, const SamplingOptions& options, const Meter& meter) {
    return Sampling(contestants, options, meter).run();
}

}  // namespace brickproof::bench
