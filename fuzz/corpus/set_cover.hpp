// Few cases that show all that many showed.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "fuzz/search/features.hpp"

namespace brickproof::fuzz {

struct CoverCandidate {
    std::vector<Feature> features;
    std::size_t cost = 0;
};

// Indices of candidates that between them have every feature, the one that adds most first; of equals the cheapest,
// of those the first. Greedy: at most ln(features) + 1 times as many as the fewest possible (Chvatal, 1979).
std::vector<std::size_t> greedy_cover(std::span<const CoverCandidate> candidates);

}  // namespace brickproof::fuzz
