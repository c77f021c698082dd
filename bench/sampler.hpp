// Samples of several contestants' time per call, taken in rounds: each contestant once a round, in random order, so
// that whatever the machine does meanwhile it does to all of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/meter.hpp"

namespace brickproof::bench {

inline constexpr std::size_t least_samples = 100;

struct SamplingOptions {
    double seconds = 0.5;                            // at least this much measured time for each contestant
    double shortest_batch = 50'000;                  // ns: see batch_for_overhead
    std::uint64_t seed = 1;                          // of the order within the rounds
    const std::atomic<bool>* interrupted = nullptr;  // set from a signal handler: return what there is
};

// The batch length in ns at which two readings of the clock are 0.1% of it at most.
double batch_for_overhead(double clock_overhead);

struct Samples {
    std::vector<std::vector<double>> nanoseconds;  // [contestant][round]: per call, of the rounds that count
    std::vector<std::size_t> calls;                // [contestant]: in a batch
    std::size_t voided = 0;                        // batches during which the thread was interrupted
    std::optional<std::size_t> dead{};             // contestant that did not return
    std::string died{};                            // "name: what stopped it"
    bool user_stopped = false;
};

struct Contestant {
    std::string name;
    Batch batch;
};

// Warms each contestant up, finds its batch length, then samples until there are least_samples rounds that count
// and each contestant had its time. Gives up on the count after twice as many rounds.
Samples sample(std::span<const Contestant> contestants, const SamplingOptions& options,
               const Meter& meter = measure);

}  // namespace brickproof::bench
