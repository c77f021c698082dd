// The rate that the core runs at now: what turns time into cycles where no performance counter can be had, and
// shows whether it changed.
#pragma once

#include "bench/machine/clock.hpp"

namespace brickproof::bench {

// Cycles per nanosecond, by a chain of dependent additions of registers, each of which takes one cycle on every CPU
// with AVX2 or NEON: the fastest of several runs of some microseconds, since whatever disturbs one makes it slower.
double core_gigahertz(const Clock& clock);

// Between two readings, the clock rate changed by more than this: the samples in between are not of one machine.
inline constexpr double largest_rate_change = 0.05;

}  // namespace brickproof::bench
