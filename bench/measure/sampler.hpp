// Samples of several contestants' time per call, taken in rounds: a sample of each a round, in short batches that
// take turns in random order, so that whatever the machine does meanwhile it does to all of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bench/measure/meter.hpp"
#include "bench/measure/series.hpp"

namespace brickproof::bench {

double steady_seconds();

struct SamplingOptions {
    double seconds = 2.0;              // of wall time: the limit for extending and retrying
    double least_measured = 0.1;       // seconds of undisturbed samples for each contestant, where there is time
    double shortest_sample = 100'000;  // ns: see shortest_sample_for
    double sample_overhead = 0.0;      // ns that the meter finds in a batch that does nothing
    bool interrupts_show = true;       // see meter.hpp
    Batch memory_probe{};              // see memory_probe.hpp; none where nothing comes from memory
    double memory_nanoseconds = 0.0;   // what memory takes of a call at least; 0: not known
    std::uint64_t seed = 1;            // of the order within the rounds
    const std::atomic<bool>* stop = nullptr;  // set from a signal handler: return what there is
    std::function<double()> now = steady_seconds;
};

// The sample length in ns at which the clock's two readings and the call are 0.1% of it at most.
double shortest_sample_for(double sample_overhead);

// An interrupt takes microseconds, in a virtual machine tens of them. Batches longer than this are hit by too many
// to do without those, and little changed by one; shorter ones are voided by it.
inline constexpr double longest_batch_voided_by_interrupt = 1e6;  // ns

// Where every kernel takes so many times as long as memory, busy memory is not what makes samples vary: no probes.
inline constexpr double times_memory = 8.0;

struct Contestant {
    std::string name;
    Batch batch;
    double call_overhead = 0.0;  // ns that a call of the batch takes without the kernel
    bool must_be_valid = true;   // else its series accompanies the others', and does not prolong the sampling
};

// Finds each contestant's batch length and warms it up until its time is stationary (ten samples or more); then
// takes rounds until there are least_samples, least_measured seconds, and all contestants' series are valid. A
// batch that was disturbed is voided and taken again, up to three times, else its turn does not count. A round in
// which memory was another is voided for all contestants, by the probes alone, once the rounds tell what quiet is.
// Where a series is not valid, more rounds are taken; then it is tried again with samples of more turns, which
// what cannot be seen (a hypervisor's own interrupts) changes less. The time limit ends that, whatever there is
// then: the last attempt that has enough samples stands, and every attempt is told.
Samples sample(std::span<const Contestant> contestants, const SamplingOptions& options, const Meter& meter);

}  // namespace brickproof::bench
