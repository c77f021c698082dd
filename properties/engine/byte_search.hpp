// Looks for a byte string on which a predicate is not a pass; RapidCheck shrinks what is found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "engine/case.hpp"
#include "engine/choice_reader.hpp"
#include "engine/contract.hpp"

namespace brickproof {

struct SearchPlan {
    std::uint64_t seed = 0;
    std::size_t random_cases = 0;
    // Takes every alternative of every choice of the domain once, before the random cases.
    bool sweep = true;
    // Evaluations that shrinking may cost.
    std::size_t shrink_budget = 400;
};

struct Found {
    Bytes bytes;
    Outcome outcome;
};

struct SearchResult {
    std::optional<Found> found;  // the smallest FAIL or NOTE
    std::optional<Found> first;  // the same before it was shrunk
    std::size_t cases = 0;       // judged, discarded ones left out
    std::size_t discarded = 0;
    double largest_share = 0.0;  // of the bound, over all cases
};

using Evaluate = std::function<Outcome(const Bytes&)>;
// Decodes for its choices only.
using LogChoices = std::function<std::vector<Choice>(const Bytes&)>;

SearchResult search_bytes(const Evaluate& evaluate, const LogChoices& log_choices, const SearchPlan& plan);

// A smaller byte string with an outcome of the same kind: no one removal of a chunk and no one smaller byte keeps
// it, where the budget of evaluations lasts.
Found shrink_bytes(Found found, const Evaluate& evaluate, std::size_t budget);

// The same with small values of what the domain reads first, its sizes: each is tried from 0 on, with the contents
// that were found and with others, for a small size may not show the fault on those.
Found shrink_sizes(Found found, const Evaluate& evaluate, const LogChoices& log_choices, std::size_t budget);

// Every alternative of every choice, the other bytes random.
std::vector<Bytes> choice_sweep(const LogChoices& log_choices, std::uint64_t seed);

}  // namespace brickproof
