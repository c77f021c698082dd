#include "fuzz/corpus/set_cover.hpp"

#include <algorithm>
#include <queue>
#include <tuple>
#include <unordered_set>

namespace brickproof::fuzz {
namespace {

struct Bid {
    std::size_t fresh;  // features that it would add; perhaps fewer by now
    std::size_t cost;
    std::size_t index;

    // The best is the largest.
    bool operator<(const Bid& other) const {
        return std::tie(fresh, other.cost, other.index) < std::tie(other.fresh, cost, index);
    }
};

}  // namespace

// What a candidate adds only shrinks as others are taken, so that a bid which is still the best when it is counted
// anew is the best of all.
std::vector<std::size_t> greedy_cover(std::span<const CoverCandidate> candidates) {
    std::unordered_set<Feature> covered;
    const auto bid_of = [&](std::size_t index) {
        const auto is_new = [&](Feature feature) { return !covered.contains(feature); };
        const auto fresh = std::ranges::count_if(candidates[index].features, is_new);
        return Bid{static_cast<std::size_t>(fresh), candidates[index].cost, index};
    };
    std::priority_queue<Bid> bids;
    for (std::size_t i = 0; i < candidates.size(); ++i) bids.push(bid_of(i));
    std::vector<std::size_t> chosen;
    while (!bids.empty()) {
        const Bid bid = bid_of(bids.top().index);
        bids.pop();
        if (bid.fresh == 0) continue;
        if (!bids.empty() && bid < bids.top()) {
            bids.push(bid);
            continue;
        }
        covered.insert(candidates[bid.index].features.begin(), candidates[bid.index].features.end());
        chosen.push_back(bid.index);
    }
    return chosen;
}

}  // namespace brickproof::fuzz
