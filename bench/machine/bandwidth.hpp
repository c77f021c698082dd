// The read bandwidth that one thread gets from memory: what a kernel that only reads is measured against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace brickproof::bench {

// Reads every byte once, in four streams that prefetch, and folds it into the result, with baseline vector
// instructions (SSE2, NEON): about the most that one thread gets. A last part of fewer than 1,024 bytes is left
// out.
std::uint64_t read_in_streams(std::span<const std::byte> memory);

}  // namespace brickproof::bench
