// Seeds of searches that run side by side, on one machine or on many.
#pragma once

#include <cstdint>

#include "engine/random.hpp"

namespace brickproof::fuzz {

// The state of SplitMix64 is a counter, so that a generator begun 2^40 steps further on shares no number with this
// one before either has drawn 2^40 of them: years. There are 2^24 such streams.
inline std::uint64_t stream_seed(std::uint64_t seed, std::uint64_t stream) {
    constexpr std::uint64_t step = 0x9E3779B97F4A7C15u;  // Random's
    return seed + stream * (step << 40);
}

// One of several machines that search the same kernels: `index` of `count`, from 0 on.
struct Shard {
    std::uint64_t index = 0;
    std::uint64_t count = 1;

    // Those of different shards differ.
    std::uint64_t stream(std::uint64_t task) const { return index + count * task; }
};

}  // namespace brickproof::fuzz
