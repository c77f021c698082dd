// What one thread of this machine can do at most, measured: the ceilings of the roofline.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "bench/machine/clock.hpp"
#include "bench/machine/level.hpp"
#include "engine/work.hpp"

namespace brickproof::bench {

// GB/s; a byte that is copied or updated counts twice, as read and as written.
struct Bandwidth {
    double read = 0.0;
    double write = 0.0;
    double copy = 0.0;
    double update = 0.0;  // in place: what is written is what was read, no other line is fetched for it
};

// Billions a second; 0 where there is no way to measure it on this CPU.
struct Peaks {
    double multiply_adds = 0.0;
    double int8_multiply_adds = 0.0;
    double divisions = 0.0;
    double square_roots = 0.0;
};

struct Limits {
    std::string instructions;                             // that they were measured with; empty where nothing was
    std::array<std::optional<Bandwidth>, 4> bandwidth{};  // by Level; none where there is no such level
    Peaks peaks;
};

// The peaks, and the bandwidths of these levels. Each is the best of several runs: whatever disturbs one makes it
// slower. About a third of a second, most of it for DRAM. Stops early, with what there is, once `stop` is set.
Limits measure_limits(const Clock& clock, const Caches& caches, std::size_t available_memory,
                      std::span<const Level> levels, const std::atomic<bool>* stop = nullptr);

// The limit that binds a call: the one that it cannot be faster than by.
struct Bound {
    std::string name;          // "DRAM read", "L1 copy", "multiply-add", ...; empty if nothing was measured
    double nanoseconds = 0.0;  // a call
};

// Bytes that are only read take the read bandwidth, bytes only written the write bandwidth; as many as are both
// read and written, the copy bandwidth, or that of an update in place. Arithmetic goes on meanwhile: the longest of
// all binds.
Bound bound_of(const Limits& limits, Level level, std::size_t bytes_read, std::size_t bytes_written,
               const Work& work, bool in_place = false);

}  // namespace brickproof::bench
