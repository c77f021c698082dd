// The results, as the reports get them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/machine/limits.hpp"
#include "bench/machine/machine.hpp"
#include "bench/measure/sampler.hpp"
#include "bench/measure/statistics.hpp"
#include "bench/run/workloads.hpp"

namespace brickproof::bench {

struct Timing {
    std::string library{};
    std::string variant{};
    std::vector<double> samples{};         // ns a call, in their order
    std::vector<double> voided{};          // ditto: what does not count, by evidence
    Summary summary{};                     // of samples
    double raw_variation = 0.0;            // coefficient of, of samples and voided together
    std::size_t calls = 0;                 // in a sample
    std::optional<double> cycles{};        // of a call, counted by the CPU
    std::optional<double> instructions{};  // of a call, ditto
};
// With summary and raw_variation.
Timing timed(std::string library, std::string variant, std::vector<double> samples, std::vector<double> voided,
             std::size_t calls);

struct Comparison {
    double ratio = 0.0;  // time of b / time of a
    Interval interval{};
    Verdict verdict = Verdict::cannot_tell;
    bool side_by_side = true;  // else b's samples are of another time, from a baseline file
    // Of the pairs' ratios, which hold still where a and b vary together: memory that is busy slows both. Their
    // series may be valid where neither time's is.
    double variation = 0.0;
    bool holds = false;

    // Whether a is certainly slower than b by more than this share: the whole interval lies beyond it.
    bool is_slower_by(double share) const { return interval.high < 1.0 / (1.0 + share); }
};

// A loop that only reads, over the same inputs in the same rounds.
struct ReadLoop {
    double bandwidth = 0.0;  // GB/s
    double share = 0.0;      // a's GB/s over it
};

// How much of memory was to be had in the rounds of samples: GB/s of the probes in each.
struct MemoryRate {
    double quiet = 0.0;             // what the fastest tenth of all rounds got, at least
    std::vector<double> counted{};  // in the rounds whose samples count, in their order
    std::vector<double> voided{};   // in those whose samples were voided for it
    bool varies = false;            // more than a valid series may

    Interval middle_80_percent() const;
};

struct Row {
    enum class State { valid, invalid, not_run, wrong, stopped };
    std::string op{};
    std::string workload{};
    std::string sizes{};
    State state = State::valid;
    std::string reason{};  // of every state but valid
    Timing a{};
    std::optional<Timing> b{};  // the peer, with --against
    std::optional<Comparison> comparison{};
    Level level = Level::l1;  // where the working set lies
    std::size_t working_set = 0;
    std::size_t bytes_read = 0;  // by a call
    std::size_t bytes_written = 0;
    std::size_t elements = 0;
    Work work{};
    Bound bound{};
    double gigahertz = 0.0;      // of the core, before and after the samples, the mean
    double call_overhead = 0.0;  // ns of a call without the kernel; it is subtracted
    std::vector<Attempt> attempts{};
    Disturbances disturbances{};         // batches, of the last attempt; samples where memory was another
    std::optional<MemoryRate> memory{};  // where the working set lies there
    std::size_t warm_ups = 0;
    double seconds = 0.0;                 // that the row took
    std::optional<ReadLoop> read_loop{};  // beyond the caches, of an op that mostly reads
    // There is no oracle, or no finite bound at this size: the result is not known to be right.
    bool unchecked = false;
    bool by_peer = false;  // it is the peer that is not run, wrong or stopped

    std::size_t bytes() const { return bytes_read + bytes_written; }
    std::size_t voided() const { return a.voided.size() + (b && side_by_side() ? b->voided.size() : 0); }
    bool side_by_side() const { return !comparison || comparison->side_by_side; }
    double gigabytes_per_second() const { return static_cast<double>(bytes()) / a.summary.median; }
    // By the CPU's counter, else by the core's clock rate.
    double elements_per_cycle() const;
    // Of the limit that binds, how much is reached; 0 where none is known.
    double share_of_bound() const { return bound.nanoseconds / a.summary.median; }
    // A wrong result or a crash of the kernel itself; the peer's is a finding about the peer.
    bool fails() const { return (state == State::wrong || state == State::stopped) && !by_peer; }
    // Of fewer samples nobody should read a median, not even of an INVALID row.
    bool shows_numbers() const { return a.summary.count >= 20; }
};

struct BenchReport {
    std::string version{};
    std::string started{};  // "2026-11-24T01:02:03Z"
    std::uint64_t seed = 0;
    Machine machine{};
    std::string clock{};
    double nanoseconds_per_tick = 0.0;
    double sample_overhead = 0.0;  // ns
    bool interrupts_show = false;
    std::string without_counters{};  // why the CPU's counters cannot be read; empty if they can
    Limits limits{};
    double seconds_per_row = 0.0;
    std::string against{};         // what the kernels are compared with; empty if with nothing
    std::string not_comparable{};  // how the baseline's machine differs
    std::vector<Row> rows{};
    bool interrupted = false;
};

// Of samples side by side: a[i] and b[i] of the same round.
Comparison compare_pairs(std::span<const double> a, std::span<const double> b, std::uint64_t seed);

// Why a measured row is INVALID; empty if it is not. `gigahertz`: before and after the samples.
std::string why_invalid(const Row& row, const std::vector<Diagnosis>& diagnoses, std::array<double, 2> gigahertz);

}  // namespace brickproof::bench
