// Looks for a byte string on which a predicate is not a pass; RapidCheck shrinks what is found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/case.hpp"
#include "engine/choice_reader.hpp"
#include "engine/contract.hpp"

namespace brickproof {

// A size at which cases are wanted, whatever the domain's tables hold.
struct StatedSize {
    std::string name;  // of the op's sizes; "" for each that can be so large
    std::size_t value = 0;
};

// Whether an op's size can be `value`: a multiple of its unit, from the smallest of its table to its largest.
bool can_be(const SizeChoice& size, std::size_t value);

struct SearchPlan {
    std::uint64_t seed = 0;
    std::size_t random_cases = 0;
    // Takes every alternative of every choice of the domain once, before the random cases.
    bool sweep = true;
    // Combines so many magnitudes of each of the op's sizes.
    std::size_t magnitudes = 0;
    // For each of the op's sizes that can be one of these, so many cases in which it is.
    std::vector<StatedSize> sizes{};
    std::size_t cases_a_size = 0;
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

// Of any two sizes of the op each pair of magnitudes, from 1 to the largest of their tables in geometric steps; of
// an only one the square of that number. The other bytes are random.
std::vector<Bytes> size_grid(const LogChoices& log_choices, std::uint64_t seed, std::size_t magnitudes);

// The cases of stated sizes, the other bytes random.
std::vector<Bytes> stated_size_cases(const LogChoices& log_choices, std::uint64_t seed,
                                     const std::vector<StatedSize>& sizes, std::size_t cases_a_size);

}  // namespace brickproof
