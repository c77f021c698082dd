#include "bench/measure/sampler.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "bench/measure/statistics.hpp"
#include "engine/random.hpp"

namespace brickproof::bench {
namespace {

constexpr std::size_t most_rounds = 4000;  // the interval is narrow long before
constexpr std::size_t most_voids = 3;      // of one contestant in one turn

// How much longer than the shortest the samples of the first, second, third, ... attempt are; then again from the
// first. Long samples are less changed by what is short and cannot be seen, a later attempt not at all by what is
// over.
struct Length {
    double factor;
    double share;  // of the time limit, at most
};
constexpr std::array<Length, 3> lengths = {{{1.0, 0.15}, {4.0, 0.15}, {16.0, 1.0}}};
// With memory probes, whose time is as uncertain as the samples': a round needs several of them. Later attempts go
// on from the rounds of the first, of which every two become one: what is over is voided there.
constexpr Length first_with_probes = {4.0, 1.0};
constexpr std::size_t most_joins = 2;  // as long as others' samples get

constexpr std::size_t batches_per_probe = 2;
// Of the longest batch: what a probe takes.
constexpr double share_of_probe = 1.0 / 32.0;

struct Entry {
    const Contestant* contestant;
    std::size_t calls = 1;  // in a batch
    double per_call = 1.0;  // ns, about, when it was warm
    double measured = 0.0;  // ns of undisturbed samples in this attempt
};

struct Round {
    std::vector<double> per_call;  // [contestant]: ns
    double memory = 0.0;           // mean of the probes in it, ns a call
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
        waits_for_memory_ = options_.memory_probe && wait_for_memory();
        if (waits_for_memory_) warm_probe();
        for (std::size_t number = 0;; ++number) {
            const Samples before = samples_;
            const Length length = waits_for_memory_ ? first_with_probes : lengths[number % lengths.size()];
            if (!waits_for_memory_ || number == 0)
                start_attempt(length.factor);
            else if (number <= most_joins)
                join_rounds();
            if (attempt(length) || must_stop()) break;
            if (!before.attempts.empty() && counted() < least_samples && counted() < before.nanoseconds[0].size())
                go_back_to(before);
            if (time_is_up()) break;
        }
        return finish();
    }

  private:
    double elapsed() const { return options_.now() - begin_; }
    bool time_is_up() const { return elapsed() >= options_.seconds; }
    std::size_t counted() const { return samples_.nanoseconds[0].size(); }

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
    static double batch_length(const Entry& entry) { return static_cast<double>(entry.calls) * entry.per_call; }

    bool counts(const Measured& measured, double batch_length) const {
        if (measured.disturbance == Disturbance::none) return true;
        return measured.disturbance == Disturbance::interrupt &&
               (!options_.interrupts_show || batch_length > longest_batch_voided_by_interrupt);
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

    // Whether it ended valid. It is prolonged to twice the rounds that it first had enough samples with. The first
    // attempt goes on until it has enough.
    bool attempt(const Length& length) {
        const bool first = samples_.attempts.empty();
        const double until = elapsed() + length.share * options_.seconds;
        std::size_t most = most_rounds;
        std::size_t next_look = std::max(least_samples, rounds_.size());
        while (!time_is_up() && rounds_.size() < most) {
            const bool must_go_on = first && counted() < least_samples;
            if ((elapsed() >= until && !must_go_on) || !round()) break;
            if (rounds_.size() < next_look || !measured_enough()) continue;
            sort_out_rounds();
            if (diagnose_all().is_valid()) break;
            if (counted() >= least_samples) most = std::min(most, 2 * rounds_.size());
            next_look = rounds_.size() + least_samples / 2;
        }
        sort_out_rounds();
        return note_attempt().is_valid();
    }

    // Where one batch of the slowest is as long as a sample, its sample is one; the others' batches are longer
    // then.
    void start_attempt(double factor) {
        samples_.nanoseconds.assign(entries_.size(), {});
        rounds_.clear();
        disturbed_.assign(entries_.size(), {});
        disturbances_ = {};
        samples_.calls.clear();
        const double sample = 1.2 * factor * options_.shortest_sample;
        double longest = 0.0;
        for (Entry& entry : entries_) {
            entry.measured = 0.0;
            entry.calls = calls_for(1.2 * options_.shortest_sample, entry);
            longest = std::max(longest, batch_length(entry));
        }
        turns_ = static_cast<std::size_t>(std::max(1.0, std::ceil(sample / longest)));
        for (Entry& entry : entries_) {
            entry.calls = calls_for(sample / static_cast<double>(turns_), entry);
            samples_.calls.push_back(turns_ * entry.calls);
        }
        probe_.calls = calls_for(share_of_probe * longest, probe_);
    }

    // Twice the turns, half the rounds.
    void join_rounds() {
        turns_ *= 2;
        std::vector<Round> joined;
        for (std::size_t r = 0; r + 1 < rounds_.size(); r += 2) {
            Round both = rounds_[r];
            for (std::size_t i = 0; i < both.per_call.size(); ++i)
                both.per_call[i] = (both.per_call[i] + rounds_[r + 1].per_call[i]) / 2.0;
            both.memory = (both.memory + rounds_[r + 1].memory) / 2.0;
            joined.push_back(std::move(both));
        }
        rounds_ = std::move(joined);
        for (std::size_t i = 0; i < entries_.size(); ++i) samples_.calls[i] = turns_ * entries_[i].calls;
        samples_.nanoseconds.assign(entries_.size(), {});
    }

    static std::size_t calls_for(double nanoseconds, const Entry& entry) {
        return static_cast<std::size_t>(std::max(1.0, std::ceil(nanoseconds / entry.per_call)));
    }

    bool measured_enough() const {
        return std::ranges::all_of(
            entries_, [this](const Entry& entry) { return entry.measured >= 1e9 * options_.least_measured; });
    }

    // What counts, and what does not since memory was another: by the probes of all rounds up to now, whatever the
    // samples are.
    void sort_out_rounds() {
        samples_.nanoseconds.assign(entries_.size(), {});
        samples_.voided = disturbed_;
        samples_.disturbances = disturbances_;
        samples_.memory.reset();
        if (waits_for_memory_ && !rounds_.empty()) samples_.memory = MemoryEvidence{.quiet = quiet_memory()};
        for (const Round& round : rounds_) {
            const double slowdown = samples_.memory ? round.memory / samples_.memory->quiet : 1.0;
            const bool other = std::max(slowdown, 1.0 / slowdown) > 1.0 + largest_slowdown;
            if (samples_.memory)
                (other ? samples_.memory->voided : samples_.memory->counted).push_back(round.memory);
            auto& kept = other ? samples_.voided : samples_.nanoseconds;
            for (std::size_t i = 0; i < kept.size(); ++i) kept[i].push_back(round.per_call[i]);
            if (other) samples_.disturbances[static_cast<std::size_t>(Disturbance::memory)] += kept.size();
        }
    }

    double quiet_memory() const {
        std::vector<double> all;
        for (const Round& round : rounds_) all.push_back(round.memory);
        return quantile(all, quiet_share);
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
        samples_.attempts.push_back({.sample_nanoseconds = static_cast<double>(turns_) * batch_length(entries_[0]),
                                     .turns = turns_,
                                     .samples = counted(),
                                     .voided = samples_.voided_count(),
                                     .reason = diagnosis.says});
        return diagnosis;
    }

    // No sample is dropped silently: what was taken beside something that did not count stands with the voided.
    void give_up(std::size_t contestant, double per_call) {
        ++disturbances_[static_cast<std::size_t>(last_disturbance_)];
        disturbed_[contestant].push_back(per_call);
    }

    // Whether sampling goes on. A round does not count.
    bool give_up_round(const Round& round, std::size_t turns) {
        for (std::size_t i = 0; i < entries_.size() && turns > 0; ++i)
            give_up(i, round.per_call[i] / static_cast<double>(turns));
        return !must_stop();
    }

    // Whether sampling goes on. A round in which as many turns did not count as a sample is made of does not count.
    bool round() {
        Round round{.per_call = std::vector<double>(entries_.size())};
        memory_.clear();
        std::size_t lost = 0;
        for (std::size_t turn = 0; turn < turns_;) {
            const std::optional<std::vector<double>> taken = take_turn();
            if (must_stop()) return false;
            if (!taken && ++lost > turns_) return give_up_round(round, turn);
            if (!taken) continue;
            for (std::size_t i = 0; i < entries_.size(); ++i) round.per_call[i] += (*taken)[i];
            ++turn;
        }
        if (waits_for_memory_) probe_memory();
        if (waits_for_memory_ && memory_.empty()) return give_up_round(round, turns_);
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            entries_[i].measured += round.per_call[i] * static_cast<double>(entries_[i].calls);
            round.per_call[i] /= static_cast<double>(turns_);
        }
        if (waits_for_memory_) round.memory = mean(memory_);
        rounds_.push_back(std::move(round));
        return !must_stop();
    }

    // A batch of each, in random order; nothing if one could not be had undisturbed.
    std::optional<std::vector<double>> take_turn() {
        std::vector<std::size_t> order(entries_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
        std::vector<double> taken(entries_.size());
        for (auto next = order.begin(); next != order.end(); ++next) {
            const std::size_t i = *next;
            if (waits_for_memory_ && (memory_.empty() || batches_since_probe_ >= batches_per_probe)) probe_memory();
            ++batches_since_probe_;
            const std::optional<double> undisturbed = time_undisturbed(entries_[i], disturbed_[i]);
            if (!undisturbed) {
                std::for_each(order.begin(), next, [&](std::size_t done) { give_up(done, taken[done]); });
                return std::nullopt;
            }
            taken[i] = *undisturbed;
        }
        return taken;
    }

    // A disturbed batch is voided and taken again, at once: else a round of many hardly ever counts.
    std::optional<double> time_undisturbed(Entry& entry, std::vector<double>& voided) {
        for (std::size_t tries = 0; tries < most_voids; ++tries) {
            const Measured measured = time(entry);
            if (must_stop()) return std::nullopt;
            if (counts(measured, batch_length(entry))) return per_call(entry, measured);
            last_disturbance_ = measured.disturbance;
            ++disturbances_[static_cast<std::size_t>(measured.disturbance)];
            voided.push_back(per_call(entry, measured));
        }
        return std::nullopt;
    }

    // A disturbed probe says nothing of memory.
    void probe_memory() {
        batches_since_probe_ = 0;
        for (std::size_t tries = 0; tries < most_voids && !must_stop(); ++tries) {
            const Measured measured = meter_(options_.memory_probe, next_probe_, probe_.calls);
            next_probe_ += probe_.calls;
            if (!counts(measured, batch_length(probe_))) {
                last_disturbance_ = measured.disturbance;
                continue;
            }
            memory_.push_back((measured.nanoseconds - options_.sample_overhead) /
                              static_cast<double>(probe_.calls));
            return;
        }
    }

    bool wait_for_memory() const {
        return options_.memory_nanoseconds <= 0.0 || std::ranges::any_of(entries_, [this](const Entry& entry) {
                   return entry.contestant->must_be_valid &&
                          entry.per_call < times_memory * options_.memory_nanoseconds;
               });
    }

    void warm_probe() {
        for (int i = 0; i < 5; ++i) probe_memory();
        if (!memory_.empty()) probe_.per_call = std::max(median(memory_), 1e-3);
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
    bool waits_for_memory_ = false;
    Samples samples_;
    // Of this attempt:
    std::vector<Round> rounds_;
    std::vector<std::vector<double>> disturbed_;  // [contestant]: batches that do not count
    Disturbances disturbances_{};
    Disturbance last_disturbance_ = Disturbance::none;
    std::size_t turns_ = 1;       // batches of each contestant in a sample
    std::vector<double> memory_;  // what the probes of this round took
    Entry probe_{};
    std::size_t next_probe_ = 0;
    std::size_t batches_since_probe_ = 0;
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

double MemoryEvidence::variation() const {
    return coefficient_of_variation(joined(counted, voided));
}

std::size_t Samples::voided_count() const {
    return std::accumulate(voided.begin(), voided.end(), std::size_t{0},
                           [](std::size_t sum, const auto& values) { return sum + values.size(); });
}

Samples sample(std::span<const Contestant> contestants, const SamplingOptions& options, const Meter& meter) {
    return Sampling(contestants, options, meter).run();
}

}  // namespace brickproof::bench
