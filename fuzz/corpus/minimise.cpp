#include "fuzz/corpus/minimise.hpp"

#include <algorithm>
#include <map>

#include "fuzz/corpus/corpus_files.hpp"
#include "fuzz/corpus/set_cover.hpp"
#include "fuzz/corpus/share_survey.hpp"
#include "fuzz/search/statement_runner.hpp"

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

// The same of cases that are known to be the nearest.
void mark(const std::vector<Bytes>& nearest, std::size_t kernel, const std::map<std::string, std::size_t>& index_of,
          std::vector<CoverCandidate>& candidates) {
    for (std::size_t i = 0; i < nearest.size(); ++i)
        if (const auto found = index_of.find(content_name(nearest[i])); found != index_of.end())
            candidates[found->second].features.push_back(nearest_feature(kernel, i));
}

}  // namespace

std::vector<Bytes> minimised(const std::vector<AssumedKernel>& kernels, const std::vector<Bytes>& cases,
                             std::size_t jobs) {
    const std::vector<Preconditions> domains = domains_of(kernels);
    std::vector<CoverCandidate> candidates;
    for (const Bytes& bytes : cases)
        candidates.push_back(choices_of(*kernels.front().kernel->contract, domains, bytes));
    std::map<std::string, std::size_t> index_of;
    for (std::size_t i = 0; i < cases.size(); ++i) index_of.emplace(content_name(cases[i]), i);
    std::vector<SurveyedKernel> surveyed;
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        if (kernels[i].nearest)
            mark(*kernels[i].nearest, i, index_of, candidates);
        else
            surveyed.push_back({kernels[i].kernel, kernels[i].assume, i});
    }
    const std::vector<std::vector<Approach>> approaches = survey_shares(surveyed, cases, jobs);
    for (std::size_t i = 0; i < surveyed.size(); ++i) add_nearest(approaches[i], surveyed[i].number, candidates);
    std::vector<Bytes> chosen;
    for (const std::size_t i : greedy_cover(candidates)) chosen.push_back(cases[i]);
    return chosen;
}

Expected<Minimised> minimise_corpus(const std::string& folder, const std::vector<AssumedKernel>& kernels,
                                    std::size_t jobs) {
    const Expected<std::vector<Bytes>> cases = read_corpus(folder);
    if (!cases) return Problem{cases.problem()};
    const Expected<std::size_t> left = replace_corpus(folder, minimised(kernels, *cases, jobs));
    if (!left) return Problem{left.problem()};
    return Minimised{cases->size(), *left};
}

}  // namespace brickproof::fuzz
