// What is timed, as batches: a kernel on the rotating sets of a workload, the same without the kernel, and a loop
// that only reads them.
#pragma once

#include "bench/machine/clock.hpp"
#include "bench/measure/meter.hpp"
#include "bench/run/row.hpp"
#include "bench/run/workloads.hpp"
#include "judge/kernel.hpp"

namespace brickproof::bench {

// An op in place is called on what the output holds already, again and again: no copy is timed.
Batch calls_of(const Kernel& kernel, const PreparedWorkload& prepared);
Batch reads_of(const PreparedWorkload& prepared);

// Nanoseconds of a call of such a batch that does not reach a kernel: the rotation and one indirect call. The
// least of several.
double call_overhead(const Clock& clock, const PreparedWorkload& prepared);

// One run before anything is timed, its result held against the oracle's. Sets the row's state and reason where the
// kernel must not be timed. Of an op in place every set's output is made, for the batches to go on from.
bool fit_to_time(const Kernel& kernel, const PreparedWorkload& prepared, Row& row);

}  // namespace brickproof::bench
