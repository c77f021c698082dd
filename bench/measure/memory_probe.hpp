// What memory can do at this moment, whatever is timed: short passes over memory that no cache holds. Others' use
// of it shows in nothing that the system tells about a thread.
#pragma once

#include <cstddef>
#include <vector>

#include "bench/machine/limit_loops.hpp"
#include "bench/measure/meter.hpp"

namespace brickproof::bench {

class MemoryProbe {
  public:
    // Eight microseconds at 32 GB/s, far more than a reading of the clock takes; one every few batches is a
    // fiftieth of what is timed meanwhile.
    static constexpr std::size_t piece = 256 << 10;  // bytes

    // Of its own memory: as many bytes, which are far more than the last-level cache, rounded down to pieces.
    explicit MemoryProbe(std::size_t bytes);

    // Each call passes over the next piece, of which it writes this share anew. What a probe leaves in the caches,
    // the next batch pays for: lines that were only read cost nothing to evict, so that a kernel with plain stores
    // was seen 2% to 4% faster after a probe that only reads. One that writes as much of its memory as the kernel
    // does leaves the caches as it found them. The probe must outlive the batch.
    Batch passes(double share_written);

    // Of a call: a byte that is written was read, too.
    static double bytes_moved(double share_written) { return (1.0 + share_written) * piece; }

  private:
    LimitLoops loops_;
    std::vector<std::byte> memory_;
};

}  // namespace brickproof::bench
