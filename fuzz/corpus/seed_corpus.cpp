#include "fuzz/corpus/seed_corpus.hpp"

#include <algorithm>

#include "engine/byte_search.hpp"
#include "engine/random.hpp"
#include "fuzz/corpus/set_cover.hpp"
#include "fuzz/search/features.hpp"
#include "fuzz/search/mutation.hpp"

namespace brickproof::fuzz {
namespace {

// Without what lies behind the last byte that a domain reads, and without the zeros that an end stands for: the
// same cases.
Bytes trimmed(Bytes bytes, std::size_t read) {
    bytes.resize(std::min({bytes.size(), read, longest_input}));
    while (!bytes.empty() && bytes.back() == 0) bytes.pop_back();
    return bytes;
}

CoverCandidate describe(const Contract& contract, const std::vector<Preconditions>& domains, const Bytes& bytes,
                        std::size_t& read) {
    CoverCandidate candidate;
    for (std::size_t i = 0; i < domains.size(); ++i) {
        const DecodedCase decoded = decode_logged(contract, bytes, domains[i]);
        const std::vector<Feature> features = choice_features(decoded, i);
        candidate.features.insert(candidate.features.end(), features.begin(), features.end());
        candidate.cost = std::max(candidate.cost, operand_bytes(decoded.c));
        read = std::max(read, decoded.read);
    }
    return candidate;
}

std::vector<Bytes> candidate_cases(const Contract& contract, std::uint64_t seed) {
    Random random(seed);
    std::vector<Bytes> cases(1);
    for (const Preconditions& domain : domains_of(contract)) {
        const auto log = [&](const Bytes& bytes) { return decode_logged(contract, bytes, domain).choices; };
        for (Bytes& bytes : choice_sweep(log, random.next())) cases.push_back(std::move(bytes));
    }
    return cases;
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

std::vector<Bytes> seed_corpus(const Contract& contract, std::uint64_t seed) {
    const std::vector<Bytes> cases = candidate_cases(contract, seed);
    const std::vector<Preconditions> domains = domains_of(contract);
    std::vector<CoverCandidate> candidates;
    std::vector<std::size_t> read;
    for (const Bytes& bytes : cases) {
        std::size_t bytes_read = 0;
        candidates.push_back(describe(contract, domains, bytes, bytes_read));
        read.push_back(bytes_read);
    }
    std::vector<Bytes> chosen;
    for (const std::size_t i : greedy_cover(candidates)) chosen.push_back(trimmed(cases[i], read[i]));
    return chosen;
}

}  // namespace brickproof::fuzz
