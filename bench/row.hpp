// The results, as the reports get them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/machine.hpp"
#include "bench/statistics.hpp"

namespace brickproof::bench {

struct Timing {
    std::string library;
    std::string variant;
    double nanoseconds = 0.0;  // a call, median
    std::optional<Interval> interval{};
    double variation = 0.0;  // coefficient of, of the samples that count
    std::size_t calls = 0;   // in a sample
};

struct Comparison {
    double ratio = 0.0;  // time of b / time of a
    Interval interval{};
    Verdict verdict = Verdict::cannot_tell;
};

// A loop that only reads, over the same inputs in the same rounds.
struct ReadLoop {
    std::string name;
    double bandwidth = 0.0;  // GB/s
    double share = 0.0;      // a's GB/s over it
};

struct Row {
    enum class State { valid, invalid, not_run, wrong, stopped };
    std::string op;
    std::string workload;
    std::string sizes;
    State state = State::valid;
    std::string reason{};  // of every state but valid
    Timing a{};
    std::optional<Timing> b{};  // the peer, with --against
    std::optional<Comparison> comparison{};
    std::size_t bytes = 0;  // read and written by a call
    std::size_t elements = 0;
    std::size_t samples = 0;
    std::size_t voided = 0;
    std::vector<ReadLoop> read_loops{};  // beyond the cache, of an op that mostly reads
    // There is no oracle, or no finite bound at this size: the result is not known to be right.
    bool unchecked = false;
    bool by_peer = false;  // it is the peer that is not run, wrong or stopped

    // A wrong result or a crash of the kernel itself; the peer's is a finding about the peer.
    bool fails() const { return (state == State::wrong || state == State::stopped) && !by_peer; }
    // Of fewer samples nobody should read a median, not even of an INVALID row.
    bool shows_numbers() const { return samples >= 20; }
};

struct BenchReport {
    std::string version;
    std::uint64_t seed = 0;
    double clock_overhead = 0.0;  // ns
    Machine machine;
    bool against = false;
    std::vector<Row> rows{};
    bool interrupted = false;
};

// A sample may vary by this much before its row is INVALID: the machine was not quiet, or changed its clock rate.
inline constexpr double largest_variation = 0.05;

// Why a measured row is INVALID; empty if it is not.
std::string why_invalid(const Row& row);

double gigabytes_per_second(std::size_t bytes, double nanoseconds);

}  // namespace brickproof::bench
