#include "bench/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "engine/random.hpp"

namespace brickproof::bench {
namespace {

constexpr std::size_t most_samples = 4000;  // the interval is narrow long before
constexpr double warm_up = 20e6;            // ns

struct Entry {
    const Contestant* contestant;
    std::size_t calls = 1;
    std::size_t next_call = 0;  // counts on from batch to batch: the inputs rotate
};

class Rounds {
  public:
    Rounds(std::span<const Contestant> contestants, const SamplingOptions& options, const Meter& meter)
        : options_(options), meter_(meter), random_(options.seed) {
        for (const Contestant& contestant : contestants) entries_.push_back({&contestant});
        samples_.nanoseconds.resize(contestants.size());
    }

    Samples run() && {
        for (Entry& entry : entries_)
            if (!calibrate(entry)) return finish();
        while (!enough() && round()) {
        }
        return finish();
    }

  private:
    bool must_stop() {
        samples_.user_stopped = options_.interrupted != nullptr && options_.interrupted->load();
        return samples_.user_stopped || samples_.dead.has_value();
    }

    Measured time(Entry& entry) {
        const Measured measured = meter_(entry.contestant->batch, entry.next_call, entry.calls);
        entry.next_call += entry.calls;
        if (!measured.died.empty()) {
            samples_.dead = static_cast<std::size_t>(&entry - entries_.data());
            samples_.died = entry.contestant->name + ": " + measured.died;
        }
        return measured;
    }

    // Doubles the batch until it is long enough, then warms up. A batch that is a little short for having been
    // measured at a slow moment would break the promise about the clock: hence half as long again.
    bool calibrate(Entry& entry) {
        double spent = 0.0;
        const double long_enough = 1.5 * options_.shortest_batch;
        for (bool calibrated = false; !calibrated || spent < warm_up;) {
            if (must_stop()) return false;
            const Measured measured = time(entry);
            spent += measured.nanoseconds;
            if (measured.interrupted && !calibrated && spent < 10 * warm_up) continue;
            calibrated = measured.nanoseconds >= long_enough;
            if (!calibrated) entry.calls *= 2;
        }
        return !must_stop();
    }

    bool round() {
        std::vector<std::size_t> order(entries_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
        std::vector<double> per_call(entries_.size());
        bool counts = true;
        for (const std::size_t i : order) {
            const Measured measured = time_undisturbed(entries_[i]);
            if (must_stop()) return false;
            counts = counts && !measured.interrupted;
            per_call[i] = measured.nanoseconds / static_cast<double>(entries_[i].calls);
        }
        ++rounds_;
        if (!counts) return true;
        for (std::size_t i = 0; i < per_call.size(); ++i) samples_.nanoseconds[i].push_back(per_call[i]);
        return true;
    }

    // An interrupted batch is measured again, at once: else a round of long batches hardly ever counts.
    Measured time_undisturbed(Entry& entry) {
        constexpr int most_attempts = 3;
        Measured measured;
        for (int attempt = 0; attempt < most_attempts; ++attempt) {
            measured = time(entry);
            spent_ += measured.nanoseconds;
            if (!measured.interrupted || must_stop()) return measured;
            ++samples_.voided;
        }
        return measured;
    }

    bool enough() const {
        const std::size_t count = samples_.nanoseconds[0].size();
        const bool time_is_up = spent_ >= 1e9 * options_.seconds * static_cast<double>(entries_.size());
        const bool hopeless = rounds_ >= 2 * least_samples;
        return count >= most_samples || (time_is_up && (count >= least_samples || hopeless));
    }

    Samples finish() {
        for (const Entry& entry : entries_) samples_.calls.push_back(entry.calls);
        return std::move(samples_);
    }

    const SamplingOptions& options_;
    const Meter& meter_;
    Random random_;
    std::vector<Entry> entries_;
    Samples samples_;
    std::size_t rounds_ = 0;
    double spent_ = 0.0;  // ns measured
};

}  // namespace

double batch_for_overhead(double clock_overhead) {
    constexpr double share = 0.001;
    constexpr double shortest = 50'000;  // ns: what the evidence of interruptions costs stays small too
    return std::max(shortest, std::ceil(2.0 * clock_overhead / share));
}

Samples sample(std::span<const Contestant> contestants, const SamplingOptions& options, const Meter& meter) {
    return Rounds(contestants, options, meter).run();
}

}  // namespace brickproof::bench
