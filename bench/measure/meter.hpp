// Times one batch of calls, with the evidence of what disturbed it.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "bench/machine/clock.hpp"

namespace brickproof::bench {

// Makes `calls` calls, the first of which has the number `first` (inputs rotate by number).
using Batch = std::function<void(std::size_t first, std::size_t calls)>;

// What the system says about a batch, never the time itself. The worst that was seen:
enum class Disturbance {
    none,
    interrupt,  // the kernel ran on this CPU for some microseconds, and gave it back
    stolen,     // wall time that is no CPU time of the thread: the hypervisor ran something else
    switched,   // another thread had the CPU
    memory,     // of a whole round: others used the memory that it waits for more or less, see memory_probe.hpp
};
std::string_view name_of(Disturbance disturbance);
using Disturbances = std::array<std::size_t, 5>;  // how many, by Disturbance

struct Measured {
    double nanoseconds = 0.0;
    Disturbance disturbance = Disturbance::none;
    std::string died{};  // what stopped the kernel, if it did not return
};

using Meter = std::function<Measured(const Batch& batch, std::size_t first, std::size_t calls)>;

struct Evidence {
    double wall_nanoseconds = 0.0;
    double cpu_nanoseconds = 0.0;  // CLOCK_THREAD_CPUTIME_ID, read around the wall clock
    long context_switches = 0;     // voluntary and involuntary, of getrusage
    bool interrupt = false;        // see interrupt_footprint.hpp
};
// 2 us and 0.2% of wall time may be missing in the CPU time: the two clocks' rates differ.
Disturbance disturbance_of(const Evidence& evidence);

// A crash of the kernel is caught (judge/fault_trap.hpp: install_fault_trap first).
Measured measure(const Clock& clock, const Batch& batch, std::size_t first, std::size_t calls);

// Nanoseconds that measure() finds in a batch that does nothing: two readings of the clock and a call. The median
// of many.
double sample_overhead(const Clock& clock);

// Whether an interrupt shows here at all: waits up to 50 ms for one.
bool interrupts_show();

}  // namespace brickproof::bench
