// Times one batch of calls, with the evidence of whether the thread was interrupted meanwhile.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace brickproof::bench {

// Makes `calls` calls, the first of which has the number `first` (inputs rotate by number).
using Batch = std::function<void(std::size_t first, std::size_t calls)>;

struct Measured {
    double nanoseconds = 0.0;
    // The thread was taken off its CPU. This is evidence from the operating system, never from the time itself.
    bool interrupted = false;
    std::string died{};  // what stopped the kernel, if it did not return
};

using Meter = std::function<Measured(const Batch& batch, std::size_t first, std::size_t calls)>;

// What the system says about a batch: its wall time, the CPU time of its thread, and its context switches.
struct Evidence {
    double wall_nanoseconds = 0.0;
    double cpu_nanoseconds = 0.0;
    long context_switches = 0;
};
// A context switch, or wall time that is no CPU time (that of a hypervisor's other guests, where it is accounted):
// 2 us and 0.2% are left to the two clocks' different rates.
bool was_interrupted(const Evidence& evidence);

// steady_clock right around the batch; a crash is caught (judge/fault_trap.hpp: install_fault_trap first).
Measured measure(const Batch& batch, std::size_t first, std::size_t calls);

// Nanoseconds that one reading of steady_clock takes: the median of many.
double clock_overhead();

}  // namespace brickproof::bench
