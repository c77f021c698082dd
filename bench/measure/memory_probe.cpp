#include "bench/measure/memory_probe.hpp"

#include <algorithm>
#include <cstdint>

#include "bench/machine/bandwidth.hpp"

namespace brickproof::bench {
namespace {

// The compiler must take the value for used.
void consume(std::uint64_t value) {
    asm volatile("" : : "r"(value));
}

}  // namespace

MemoryProbe::MemoryProbe(std::size_t bytes)
    : loops_(limit_loops()), memory_(std::max<std::size_t>(1, bytes / piece) * piece, std::byte{1}) {}

Batch MemoryProbe::passes(double share_written) {
    const bool writes = loops_.copy != nullptr;
    const std::size_t written =
        writes ? static_cast<std::size_t>(share_written * piece) / loop_step * loop_step : 0;
    return [this, written](std::size_t first, std::size_t calls) {
        const std::size_t pieces = memory_.size() / piece;
        for (std::size_t i = first; i < first + calls; ++i) {
            std::byte* at = memory_.data() + i % pieces * piece;
            if (written > 0) loops_.copy(at, at, written);
            if (loops_.read != nullptr)
                loops_.read(at + written, piece - written);
            else
                consume(read_in_streams({at, piece}));
        }
    };
}

}  // namespace brickproof::bench
