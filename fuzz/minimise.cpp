#include "fuzz/minimise.hpp"

#include <algorithm>
#include <map>

#include "fuzz/corpus_files.hpp"
#include "fuzz/set_cover.hpp"
#include "fuzz/share_survey.hpp"
#include "fuzz/statement_runner.hpp"

namespace brickproof::fuzz {
namespace {

// Where all kernels assume the same, which is the rule, there are a few domains between them.
std::vector<Preconditions> domains_of(const std::vector<AssumedKernel>& kernels) {
    std::vector<Preconditions> domains;
    for (const AssumedKernel& assumed : kernels) {
        const StatementRunner runner(*assumed.kernel, assumed.assume);
        for (const JudgedStatement& statement : runner.statements()) {
            const bool known = std::ranges::any_of(domains, [&](const Preconditions& domain) {
                return std::ranges::is_permutation(domain.names(), statement.holding.names());
            });
            if (!known) domains.push_back(statement.holding);
        }
    }
    return domains;
}

CoverCandidate choices_of(const Contract& contract, const std::vector<Preconditions>& domains, const Bytes& bytes) {
    CoverCandidate candidate;
    for (std::size_t i = 0; i < domains.size(); ++i) {
        const DecodedCase decoded = decode_logged(contract, bytes, domains[i]);
        for (const auto& features : {choice_features(decoded, i), pair_features(decoded, i)})
            candidate.features.insert(candidate.features.end(), features.begin(), features.end());
        candidate.cost = std::max(candidate.cost, operand_bytes(decoded.c));
    }
    return candidate;
}

// A feature for each statement, which only the cases have that come nearest to its bound.
void add_nearest(const std::vector<Approach>& approaches, std::size_t kernel,
                 std::vector<CoverCandidate>& candidates) {
    std::map<std::size_t, std::size_t> nearest;
    for (const Approach& a : approaches) nearest[a.statement] = std::max(nearest[a.statement], a.level);
    for (const Approach& a : approaches)
        if (a.level == nearest[a.statement])
            candidates[a.index].features.push_back(nearest_feature(kernel, a.statement));
}

}  // namespace

std::vector<Bytes> minimised(const std::vector<AssumedKernel>& kernels, const std::vector<Bytes>& cases) {
    const std::vector<Preconditions> domains = domains_of(kernels);
    std::vector<CoverCandidate> candidates;
    for (const Bytes& bytes : cases)
        candidates.push_back(choices_of(*kernels.front().kernel->contract, domains, bytes));
    for (std::size_t i = 0; i < kernels.size(); ++i)
        add_nearest(survey_shares(*kernels[i].kernel, kernels[i].assume, cases), i, candidates);
    std::vector<Bytes> chosen;
    for (const std::size_t i : greedy_cover(candidates)) chosen.push_back(cases[i]);
    return chosen;
}

Expected<Minimised> minimise_corpus(const std::string& folder, const std::vector<AssumedKernel>& kernels) {
    const Expected<std::vector<Bytes>> cases = read_corpus(folder);
    if (!cases) return Problem{cases.problem()};
    const Expected<std::size_t> left = replace_corpus(folder, minimised(kernels, *cases));
    if (!left) return Problem{left.problem()};
    return Minimised{cases->size(), *left};
}

}  // namespace brickproof::fuzz
