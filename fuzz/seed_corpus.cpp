#include "fuzz/seed_corpus.hpp"

#include <algorithm>
#include <unordered_set>

#include "engine/byte_search.hpp"
#include "engine/random.hpp"
#include "fuzz/features.hpp"
#include "fuzz/mutation.hpp"

namespace brickproof::fuzz {
namespace {

struct Candidate {
    Bytes bytes;
    std::vector<Feature> features;
    std::size_t cost = 0;  // bytes of operands
};

// Without what lies behind the last byte that a domain reads, and without the zeros that an end stands for: the
// same cases.
void trim(Bytes& bytes, std::size_t read) {
    bytes.resize(std::min({bytes.size(), read, longest_input}));
    while (!bytes.empty() && bytes.back() == 0) bytes.pop_back();
}

Candidate make_candidate(const Contract& contract, const std::vector<Preconditions>& domains, Bytes bytes) {
    Candidate candidate{std::move(bytes), {}, 0};
    std::size_t read = 0;
    for (std::size_t i = 0; i < domains.size(); ++i) {
        const DecodedCase decoded = decode_logged(contract, candidate.bytes, domains[i]);
        const std::vector<Feature> features = choice_features(decoded, i);
        candidate.features.insert(candidate.features.end(), features.begin(), features.end());
        candidate.cost = std::max(candidate.cost, operand_bytes(decoded.c));
        read = std::max(read, decoded.read);
    }
    trim(candidate.bytes, read);
    return candidate;
}

std::vector<Candidate> make_candidates(const Contract& contract, std::uint64_t seed) {
    const std::vector<Preconditions> domains = domains_of(contract);
    Random random(seed);
    std::vector<Candidate> candidates;
    candidates.push_back(make_candidate(contract, domains, {}));
    for (const Preconditions& domain : domains) {
        const auto log = [&](const Bytes& bytes) { return decode_logged(contract, bytes, domain).choices; };
        for (Bytes& bytes : choice_sweep(log, random.next()))
            candidates.push_back(make_candidate(contract, domains, std::move(bytes)));
    }
    return candidates;
}

// The candidate with the most new features; of equals the one that is the least work.
std::size_t best_of(const std::vector<Candidate>& candidates, const std::unordered_set<Feature>& covered,
                    std::size_t& most) {
    std::size_t best = 0;
    most = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const auto is_new = [&](Feature feature) { return !covered.contains(feature); };
        const auto fresh = static_cast<std::size_t>(std::ranges::count_if(candidates[i].features, is_new));
        if (fresh < most || fresh == 0) continue;
        if (fresh == most && candidates[i].cost >= candidates[best].cost) continue;
        most = fresh;
        best = i;
    }
    return best;
}

}  // namespace

std::vector<Preconditions> domains_of(const Contract& contract) {
    std::vector<Preconditions> domains(1);
    for (const Statement& statement : contract.statements) {
        Preconditions holding;
        for (const std::string_view need : statement.needs) holding.add(need);
        const bool known = std::ranges::any_of(domains, [&](const Preconditions& domain) {
            return std::ranges::is_permutation(domain.names(), holding.names());
        });
        if (!known) domains.push_back(std::move(holding));
    }
    return domains;
}

// Greedy set cover: at most ln(features) + 1 times as many as the fewest possible (Chvatal, 1979).
std::vector<Bytes> seed_corpus(const Contract& contract, std::uint64_t seed) {
    const std::vector<Candidate> candidates = make_candidates(contract, seed);
    std::unordered_set<Feature> covered;
    std::vector<Bytes> chosen;
    for (std::size_t most = 0;;) {
        const std::size_t best = best_of(candidates, covered, most);
        if (most == 0) return chosen;
        covered.insert(candidates[best].features.begin(), candidates[best].features.end());
        chosen.push_back(candidates[best].bytes);
    }
}

}  // namespace brickproof::fuzz
