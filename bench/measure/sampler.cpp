#include "bench/measure/sampler.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>

#include "bench/measure/statistics.hpp"
#include "engine/random.hpp"

namespace brickproof::bench {
namespace {

constexpr std::size_t most_voids = 3;  // of one contestant in one turn
constexpr std::size_t batches_per_probe = 2;
// Of the longest batch: what a probe takes.
constexpr double share_of_probe = 1.0 / 32.0;

struct Entry {
    const Contestant* contestant;
    std::size_t calls = 1;  // in a batch
    double per_call = 1.0;  // ns, about, when it was warm
};

// Runs batches, and takes rounds of them until the policy (series.hpp) ends it.
class Taker {
  public:
    Taker(std::span<const Contestant> contestants, const SamplingOptions& options, const Meter& meter)
        : options_(options), meter_(meter), random_(options.seed), begin_(options.now()) {
        for (const Contestant& contestant : contestants) {
            entries_.push_back({&contestant});
            series_.decides.push_back(contestant.must_be_valid);
        }
        series_.calls.resize(entries_.size());
    }

    Samples run() && {
        for (Entry& entry : entries_)
            if (!find_batch_length(entry, options_.shortest_sample) || !warm_up(entry))
                return finish(sorted_out(series_));
        series_.has_memory = options_.memory_probe && wait_for_memory();
        if (series_.has_memory) warm_probe();
        Samples standing;
        Step step = Step::longer;
        for (std::size_t number = 0; step == Step::longer; ++number) {
            Samples latest = attempt(number, step);
            if (step != Step::longer || stands(latest, standing)) standing = std::move(latest);
            if (elapsed() >= options_.seconds) step = Step::stop;
        }
        return finish(std::move(standing));
    }

  private:
    double elapsed() const { return options_.now() - begin_; }

    bool must_stop() {
        result_.user_stopped = options_.stop != nullptr && options_.stop->load();
        return result_.user_stopped || result_.dead.has_value();
    }

    Measured time(Entry& entry) {
        Measured measured = meter_(entry.contestant->batch, next_call_, entry.calls);
        next_call_ += entry.calls;
        measured.nanoseconds -= options_.sample_overhead;
        if (!measured.died.empty()) {
            result_.dead = static_cast<std::size_t>(&entry - entries_.data());
            result_.died = entry.contestant->name + ": " + measured.died;
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
        if (&entry == entries_.data()) result_.warm_ups = taken;
        return !must_stop();
    }

    // Step: stop where it ended valid, or must end; longer otherwise.
    Samples attempt(std::size_t number, Step& step) {
        const Length length = length_of(number, series_.has_memory);
        if (!series_.has_memory || number == 0)
            start_series(length.factor);
        else if (joins(number, series_.has_memory))
            join_rounds(series_);
        begin_attempt(series_);
        Times times{.attempt_ends = elapsed() + length.share * options_.seconds,
                    .limit = options_.seconds,
                    .is_first_attempt = number == 0};
        const auto may_go_on = [&] {
            times.now = elapsed();
            return next(series_, times) == Step::more;
        };
        while (may_go_on() && take_round())
            if (is_look_due(series_, 1e9 * options_.least_measured)) note_look(sorted_out(series_), series_);
        Samples latest = sorted_out(series_);
        const Diagnosis diagnosis = note_look(latest, series_);
        result_.attempts.push_back(
            {.sample_nanoseconds = static_cast<double>(series_.turns) * batch_length(entries_[0]),
             .turns = series_.turns,
             .samples = series_.counted,
             .voided = latest.voided_count(),
             .reason = diagnosis.says});
        step = diagnosis.is_valid() || must_stop() ? Step::stop : Step::longer;
        return latest;
    }

    // Where one batch of the slowest is as long as a sample, its sample is one; the others' batches are longer
    // then.
    void start_series(double factor) {
        series_.rounds.clear();
        series_.disturbed.assign(entries_.size(), {});
        series_.disturbances = {};
        series_.measured.assign(entries_.size(), 0.0);
        const double sample = 1.2 * factor * options_.shortest_sample;
        double longest = 0.0;
        for (Entry& entry : entries_) {
            entry.calls = calls_for(1.2 * options_.shortest_sample, entry);
            longest = std::max(longest, batch_length(entry));
        }
        series_.turns = static_cast<std::size_t>(std::max(1.0, std::ceil(sample / longest)));
        for (std::size_t i = 0; i < entries_.size(); ++i)
            series_.calls[i] = entries_[i].calls =
                calls_for(sample / static_cast<double>(series_.turns), entries_[i]);
        probe_.calls = calls_for(share_of_probe * longest, probe_);
    }

    static std::size_t calls_for(double nanoseconds, const Entry& entry) {
        return static_cast<std::size_t>(std::max(1.0, std::ceil(nanoseconds / entry.per_call)));
    }

    // No sample is dropped silently: what was taken beside something that did not count stands with the voided.
    void give_up(std::size_t contestant, double per_call) {
        ++series_.disturbances[static_cast<std::size_t>(last_disturbance_)];
        series_.disturbed[contestant].push_back(per_call);
    }

    // Whether sampling goes on. A round does not count.
    bool give_up_round(const Round& round, std::size_t turns) {
        for (std::size_t i = 0; i < entries_.size() && turns > 0; ++i)
            give_up(i, round.per_call[i] / static_cast<double>(turns));
        return !must_stop();
    }

    // Whether sampling goes on. A round in which as many turns did not count as a sample is made of does not count.
    bool take_round() {
        Round round{.per_call = std::vector<double>(entries_.size())};
        const std::size_t turns = series_.turns;
        memory_.clear();
        std::size_t lost = 0;
        for (std::size_t turn = 0; turn < turns;) {
            const std::optional<std::vector<double>> taken = take_turn();
            if (must_stop()) return false;
            if (!taken && ++lost > turns) return give_up_round(round, turn);
            if (!taken) continue;
            for (std::size_t i = 0; i < entries_.size(); ++i) round.per_call[i] += (*taken)[i];
            ++turn;
        }
        if (series_.has_memory) probe_memory();
        if (series_.has_memory && memory_.empty()) return give_up_round(round, turns);
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            series_.measured[i] += round.per_call[i] * static_cast<double>(entries_[i].calls);
            round.per_call[i] /= static_cast<double>(turns);
        }
        if (series_.has_memory) round.memory = mean(memory_);
        series_.rounds.push_back(std::move(round));
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
            if (series_.has_memory && (memory_.empty() || batches_since_probe_ >= batches_per_probe))
                probe_memory();
            ++batches_since_probe_;
            const std::optional<double> undisturbed = time_undisturbed(entries_[i], series_.disturbed[i]);
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
            ++series_.disturbances[static_cast<std::size_t>(measured.disturbance)];
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

    // What stands, with what holds for all attempts.
    Samples finish(Samples standing) {
        standing.voided.resize(entries_.size());
        standing.attempts = std::move(result_.attempts);
        standing.warm_ups = result_.warm_ups;
        standing.dead = result_.dead;
        standing.died = std::move(result_.died);
        standing.user_stopped = result_.user_stopped;
        standing.seconds = elapsed();
        return standing;
    }

    const SamplingOptions& options_;
    const Meter& meter_;
    Random random_;
    double begin_;
    std::vector<Entry> entries_;
    Series series_;
    Samples result_;  // of all attempts: attempts, warm_ups, dead, died, user_stopped
    Disturbance last_disturbance_ = Disturbance::none;
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

Samples sample(std::span<const Contestant> contestants, const SamplingOptions& options, const Meter& meter) {
    return Taker(contestants, options, meter).run();
}

}  // namespace brickproof::bench
