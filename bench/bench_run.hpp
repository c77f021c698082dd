// Runs the benchmark: every kernel at every workload of its op, alone or beside a peer.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/row.hpp"
#include "judge/kernel.hpp"

namespace brickproof::bench {

struct BenchOptions {
    double seconds_per_row = 0.5;
    std::uint64_t seed = 1;
    std::function<bool(std::string_view)> wants_workload = [](std::string_view) { return true; };
    const std::atomic<bool>* interrupted = nullptr;
    std::function<void(const BenchReport&)> on_start = [](const BenchReport&) {};  // machine and seed are known
    std::function<void(const Row&)> on_row = [](const Row&) {};
};

// A kernel, and the peer that it is compared with (null without one).
struct Pairing {
    const Kernel* kernel = nullptr;
    const Kernel* peer = nullptr;
};
// Each kernel alone; or, with peers, each kernel with each peer of its op.
std::vector<Pairing> pair_up(const std::vector<Kernel>& kernels, const std::vector<Kernel>* peers);
// The ops of kernels that are in no pairing.
std::vector<std::string> ops_left_out(const std::vector<Kernel>& kernels, const std::vector<Pairing>& pairings);

// Pins this thread and installs the fault trap: for a process that does nothing else.
BenchReport run_bench(const std::vector<Pairing>& pairings, const BenchOptions& options);

}  // namespace brickproof::bench
