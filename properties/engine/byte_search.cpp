#include "engine/byte_search.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "engine/random.hpp"

namespace brickproof {
namespace {

// Longer than what a domain reads, so that every choice can be random.
constexpr std::size_t random_length = 96;

Bytes random_bytes(Random& random) {
    Bytes bytes(random_length);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next() >> 56);
    return bytes;
}

// Prefixes: what is cut off counts as zero.
rc::Seq<Bytes> prefixes(const Bytes& bytes) {
    std::vector<Bytes> shorter;
    for (std::size_t cut = bytes.size(); cut > 0; cut /= 2)
        shorter.emplace_back(bytes.begin(), bytes.end() - static_cast<std::ptrdiff_t>(cut));
    return rc::seq::fromContainer(std::move(shorter));
}

// RapidCheck goes towards 0 by what is left of the halves: from 63 it tries 0, 32, 48, 56, 60 and 62, so that a
// fault in odd numbers of blocks stays at 63. Powers of two below keep the remainder by every smaller one, which is
// what kernels with a tail depend on.
rc::Seq<std::uint8_t> smaller_bytes(std::uint8_t byte) {
    std::vector<std::uint8_t> steps;
    for (unsigned step = 128; step > 0; step /= 2)
        if (step <= byte) steps.push_back(static_cast<std::uint8_t>(byte - step));
    return rc::seq::concat(rc::shrink::towards<std::uint8_t>(byte, 0), rc::seq::fromContainer(std::move(steps)));
}

// Shorter first, then smaller bytes, then parts left out of the middle, which moves all later choices.
rc::Seq<Bytes> smaller(const Bytes& bytes) {
    return rc::seq::concat(prefixes(bytes), rc::shrink::eachElement(bytes, smaller_bytes),
                           rc::shrink::removeChunks(bytes));
}

std::vector<Choice> size_choices_of(std::vector<Choice> choices) {
    std::erase_if(choices, [](const Choice& choice) { return choice.size.name.empty(); });
    return choices;
}

// Little-endian.
void put_low_bytes(Bytes& bytes, std::size_t position, std::size_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) bytes[position + i] = static_cast<std::uint8_t>(value >> 8 * i & 0xFF);
}

// Magnitude 0 is a size of 1, the last one the largest of the table.
std::size_t index_of_magnitude(std::span<const std::size_t> table, std::size_t magnitude, std::size_t magnitudes) {
    const double share = static_cast<double>(magnitude) / static_cast<double>(magnitudes - 1);
    const double size = std::pow(static_cast<double>(table.back()), share);
    const auto at = std::ranges::lower_bound(table, static_cast<std::size_t>(std::lround(size)));
    return std::min(static_cast<std::size_t>(at - table.begin()), table.size() - 1);
}

class Search {
  public:
    Search(const Evaluate& evaluate, const LogChoices& log_choices, const SearchPlan& plan)
        : evaluate_(evaluate), log_choices_(log_choices), plan_(plan) {}

    // True where the search is over.
    bool try_case(const Bytes& bytes) {
        Outcome outcome = evaluate_(bytes);
        if (outcome.kind == Outcome::Kind::discard) {
            ++result_.discarded;
            return false;
        }
        ++result_.cases;
        result_.largest_share = std::max(result_.largest_share, outcome.share_of_bound);
        if (outcome.kind == Outcome::Kind::pass) return false;
        result_.first = Found{bytes, std::move(outcome)};
        Found found = shrink_bytes(*result_.first, evaluate_, plan_.shrink_budget);
        found = shrink_sizes(std::move(found), evaluate_, log_choices_, 2 * plan_.shrink_budget);
        result_.found = shrink_bytes(std::move(found), evaluate_, plan_.shrink_budget / 2);
        return true;
    }
    SearchResult result() && { return std::move(result_); }

  private:
    const Evaluate& evaluate_;
    const LogChoices& log_choices_;
    const SearchPlan& plan_;
    SearchResult result_;
};

}  // namespace

Found shrink_bytes(Found found, const Evaluate& evaluate, std::size_t budget) {
    const auto shrinkable = rc::shrinkable::shrinkRecur(found.bytes, &smaller);
    const auto minimum = rc::shrinkable::findLocalMin(shrinkable, [&](const Bytes& bytes) {
        if (budget == 0) return false;
        --budget;
        const Outcome outcome = evaluate(bytes);
        if (outcome.kind != found.outcome.kind) return false;
        found.outcome = outcome;
        return true;
    });
    found.bytes = minimum.first;
    return found;
}

Found shrink_sizes(Found found, const Evaluate& evaluate, const LogChoices& log_choices, std::size_t budget) {
    constexpr std::size_t most_sizes = 2;
    constexpr std::size_t other_contents = 8;  // tried with each small size
    constexpr std::size_t small_values = 20;
    Random random(1);
    const auto keeps = [&](const Bytes& bytes) {
        if (budget == 0) return false;
        --budget;
        Outcome outcome = evaluate(bytes);
        if (outcome.kind != found.outcome.kind) return false;
        found = {bytes, std::move(outcome)};
        return true;
    };
    for (std::size_t k = 0; k < most_sizes; ++k) {
        const std::vector<Choice> choices = log_choices(found.bytes);
        if (k >= choices.size()) break;
        const auto [position, width, alternatives] =
            std::tie(choices[k].position, choices[k].width, choices[k].alternatives);
        Bytes bytes = found.bytes;
        bytes.resize(std::max(bytes.size(), position + width));
        const std::size_t now =
            (bytes[position] + (width == 2 ? std::size_t{bytes[position + 1]} * 256 : 0)) % alternatives;
        const std::size_t share = budget / (most_sizes - k);
        const std::size_t kept = budget - share;
        for (std::size_t value = 0; value < now && budget > kept; ++value) {
            bytes[position] = static_cast<std::uint8_t>(value & 0xFF);
            if (width == 2) bytes[position + 1] = static_cast<std::uint8_t>(value >> 8);
            if (keeps(bytes)) break;
            bool found_other = false;
            for (std::size_t i = 0; i < other_contents && value < small_values && !found_other; ++i) {
                Bytes other = random_bytes(random);
                std::copy_n(bytes.begin(), position + width, other.begin());
                found_other = keeps(other);
            }
            if (found_other) break;
        }
    }
    return found;
}

std::vector<Bytes> choice_sweep(const LogChoices& log_choices, std::uint64_t seed) {
    Random random(seed);
    std::vector<Bytes> cases;
    for (const Choice& choice : log_choices(random_bytes(random))) {
        for (std::size_t alternative = 0; alternative < choice.alternatives; ++alternative) {
            Bytes bytes = random_bytes(random);
            bytes[choice.position] = static_cast<std::uint8_t>(alternative & 0xFF);
            if (choice.width == 2) bytes[choice.position + 1] = static_cast<std::uint8_t>(alternative >> 8);
            cases.push_back(std::move(bytes));
        }
    }
    return cases;
}

bool can_be(const SizeChoice& size, std::size_t value) {
    return value % size.unit == 0 && value / size.unit >= size.table.front() && value <= size.most;
}

std::vector<Bytes> size_grid(const LogChoices& log_choices, std::uint64_t seed, std::size_t magnitudes) {
    if (magnitudes < 2) return {};
    Random random(seed);
    const std::vector<Choice> sizes = size_choices_of(log_choices(random_bytes(random)));
    std::vector<Bytes> cases;
    for (std::size_t i = 0; i < magnitudes * magnitudes; ++i) {
        Bytes bytes = random_bytes(random);
        const std::size_t first = i % magnitudes;
        const std::size_t second = i / magnitudes;
        const std::size_t classes[] = {first, second, (first + second) % magnitudes,
                                       (first + 2 * second) % magnitudes};
        for (std::size_t k = 0; k < sizes.size(); ++k) {
            const std::size_t index =
                sizes.size() == 1
                    ? index_of_magnitude(sizes[k].size.table, i, magnitudes * magnitudes)
                    : index_of_magnitude(sizes[k].size.table, classes[k % std::size(classes)], magnitudes);
            put_low_bytes(bytes, sizes[k].position, index, 2);
        }
        cases.push_back(std::move(bytes));
    }
    return cases;
}

std::vector<Bytes> stated_size_cases(const LogChoices& log_choices, std::uint64_t seed,
                                     const std::vector<StatedSize>& sizes, std::size_t cases_a_size) {
    std::vector<Bytes> cases;
    if (sizes.empty()) return cases;
    Random random(seed);
    for (const Choice& choice : size_choices_of(log_choices(random_bytes(random)))) {
        for (const StatedSize& stated : sizes) {
            if ((!stated.name.empty() && stated.name != choice.size.name) || !can_be(choice.size, stated.value))
                continue;
            for (std::size_t i = 0; i < cases_a_size; ++i) {
                Bytes bytes = random_bytes(random);
                put_low_bytes(bytes, choice.position, ChoiceReader::size_is_stated, 2);
                put_low_bytes(bytes, choice.position + 2, stated.value / choice.size.unit,
                              ChoiceReader::stated_bytes);
                cases.push_back(std::move(bytes));
            }
        }
    }
    return cases;
}

SearchResult search_bytes(const Evaluate& evaluate, const LogChoices& log_choices, const SearchPlan& plan) {
    Search search(evaluate, log_choices, plan);
    if (search.try_case({})) return std::move(search).result();
    // What was asked for comes first.
    for (const Bytes& bytes : stated_size_cases(log_choices, plan.seed + 1, plan.sizes, plan.cases_a_size))
        if (search.try_case(bytes)) return std::move(search).result();
    // The largest first: there is more of a case in which a race may show, and it can be made smaller.
    std::vector<Bytes> grid = size_grid(log_choices, plan.seed + 2, plan.magnitudes);
    std::ranges::reverse(grid);
    for (const Bytes& bytes : grid)
        if (search.try_case(bytes)) return std::move(search).result();
    if (plan.sweep)
        for (const Bytes& bytes : choice_sweep(log_choices, plan.seed))
            if (search.try_case(bytes)) return std::move(search).result();
    Random random(~plan.seed);  // the sweep has taken the numbers of the seed itself
    for (std::size_t i = 0; i < plan.random_cases; ++i)
        if (search.try_case(random_bytes(random))) break;
    return std::move(search).result();
}

}  // namespace brickproof
