// Runs the benchmark: every kernel at every workload of its op, alone, beside a peer, or after an earlier run.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/run/baseline_file.hpp"
#include "bench/run/row.hpp"
#include "judge/kernel.hpp"

namespace brickproof::bench {

struct BenchOptions {
    double seconds_per_row = 2.0;
    std::uint64_t seed = 1;
    std::size_t rows =
        0;  // so many, spread evenly over all, and again from the first where there are fewer; 0: all
    std::string against{};  // for the report: what the kernels are compared with
    std::string version{};  // ditto
    std::function<bool(std::string_view)> wants_workload = [](std::string_view) { return true; };
    const Baseline* baseline = nullptr;  // of kernels without a peer
    const std::atomic<bool>* stop = nullptr;
    std::function<void(const BenchReport&)> on_start = [](const BenchReport&) {};  // all but the rows is known
    std::function<void(const Row&)> on_row = [](const Row&) {};
};

// A kernel, and the peer that it is compared with (null without one).
struct Pairing {
    const Kernel* kernel = nullptr;
    const Kernel* peer = nullptr;
};
// Each kernel alone; or, with peers, each kernel with each peer of its op.
std::vector<Pairing> pair_up(const std::vector<Kernel>& kernels, const std::vector<Kernel>* peers);
// Each kernel with itself: what a comparison finds where there is nothing to find.
std::vector<Pairing> pair_with_themselves(const std::vector<Kernel>& kernels);
// The ops of kernels that are in no pairing.
std::vector<std::string> ops_left_out(const std::vector<Kernel>& kernels, const std::vector<Pairing>& pairings);

// So many numbers below `count`, spread evenly; all of them for 0.
std::vector<std::size_t> spread_evenly(std::size_t count, std::size_t wanted);

// Pins this thread and installs the fault trap: for a process that does nothing else.
BenchReport run_bench(const std::vector<Pairing>& pairings, const BenchOptions& options);

}  // namespace brickproof::bench
