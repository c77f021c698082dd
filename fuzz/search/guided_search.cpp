#include "fuzz/search/guided_search.hpp"

#include <algorithm>

#include "fuzz/search/mutation.hpp"

namespace brickproof::fuzz {
namespace {

// Behaviours that cost a thread and thousands of single steps see one case in so many; the first ones are empty.
constexpr std::size_t costly_every = 1024;
constexpr std::size_t costly_first = 16;

Bytes random_input(Random& random) {
    Bytes bytes(random.below(longest_input + 1));
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next() >> 56);
    return bytes;
}

bool same_names(const Preconditions& a, const Preconditions& b) {
    return std::ranges::is_permutation(a.names(), b.names());
}

}  // namespace

GuidedSearch::GuidedSearch(const Kernel& kernel, const SearchSetup& setup, SearchListener listener)
    : runner_(kernel, setup.assume),
      listener_(std::move(listener)),
      random_(setup.seed),
      guided_(setup.guided),
      closed_(setup.skip),
      corpus_size_(setup.corpus.size()) {
    group_statements();
    if (!guided_) return;
    waiting_.insert(waiting_.end(), setup.corpus.begin(), setup.corpus.end());
    std::vector<Preconditions> holding;
    for (const Domain& domain : domains_) holding.push_back(domain.holding);
    if (!holding.empty()) dealer_.emplace(*kernel.contract, std::move(holding));
}

void GuidedSearch::group_statements() {
    for (const JudgedStatement& statement : runner_.statements()) {
        if (closed_.contains(statement.name)) continue;
        ++open_statements_;
        const auto domain = std::ranges::find_if(
            domains_, [&](const Domain& known) { return same_names(known.holding, statement.holding); });
        if (domain != domains_.end())
            domain->statements.push_back(&statement);
        else
            domains_.push_back({statement.holding, {&statement}});
    }
}

void GuidedSearch::step() {
    execute(next_input());
}

Bytes GuidedSearch::next_input() {
    if (!waiting_.empty()) {
        Bytes bytes = std::move(waiting_.front());
        waiting_.pop_front();
        return bytes;
    }
    if (!dealer_) return random_input(random_);
    constexpr std::size_t fresh_every = 2;  // what no neighbour of a kept case shows
    if (pool_.empty() || !dealer_->been_round() || random_.below(fresh_every) == 0) return dealer_->deal(random_);
    const Kept& parent = pick_parent();
    return mutate(parent.bytes, parent.choices, pool_[random_.below(pool_.size())].bytes, random_);
}

// Half of the time a case that came nearest to some bound: the search climbs. Else the smaller of two, mostly,
// since small cases run faster.
const GuidedSearch::Kept& GuidedSearch::pick_parent() {
    if (!best_holder_.empty() && random_.below(2) == 0) {
        const auto holder =
            std::next(best_holder_.begin(), static_cast<std::ptrdiff_t>(random_.below(best_holder_.size())));
        return pool_[holder->second];
    }
    const Kept& first = pool_[random_.below(pool_.size())];
    const Kept& second = pool_[random_.below(pool_.size())];
    const bool smaller = random_.below(4) != 0;
    return (first.cost <= second.cost) == smaller ? first : second;
}

void GuidedSearch::execute(const Bytes& bytes) {
    ++executions_;
    listener_.on_case(bytes);
    bool novel = false;
    std::vector<Choice> choices;
    std::size_t cost = 0;
    for (std::size_t i = 0; i < domains_.size(); ++i) {
        if (domains_[i].statements.empty()) continue;
        DecodedCase decoded = decode_logged(*runner_.kernel().contract, bytes, domains_[i].holding);
        const bool new_features = guided_ && note_features(decoded, i);
        const bool nearer = judge(domains_[i], decoded, bytes);
        if ((!new_features && !nearer) || !guided_) continue;
        novel = true;
        choices = std::move(decoded.choices);
        cost = operand_bytes(decoded.c);
    }
    if (executions_ <= corpus_size_) features_of_corpus_ = seen_.size();
    if (!novel) return;
    pool_.push_back({bytes, std::move(choices), cost});
    listener_.on_kept(bytes);
}

bool GuidedSearch::note_features(const DecodedCase& decoded, std::size_t domain) {
    bool novel = false;
    for (const Feature feature : choice_features(decoded, domain)) novel |= seen_.insert(feature).second;
    for (const Feature feature : pair_features(decoded, domain)) novel |= seen_.insert(feature).second;
    return novel;
}

// True where some statement came nearer to its bound than ever.
bool GuidedSearch::judge(Domain& domain, const DecodedCase& decoded, const Bytes& bytes) {
    bool nearer = false;
    const std::vector<const JudgedStatement*> statements = domain.statements;
    for (const JudgedStatement* statement : statements) {
        if (statement->costly && executions_ % costly_every != costly_first) continue;
        listener_.on_statement(statement->name);
        const Judgement judgement = runner_.judge(*statement, decoded.c);
        if (judgement.outcome.kind == Outcome::Kind::fail) {
            report(*statement, bytes, judgement);
            continue;
        }
        const std::size_t level = share_level(judgement.outcome.share_of_bound);
        if (level <= best_level_[statement->name]) continue;
        best_level_[statement->name] = level;
        best_holder_[statement->name] = pool_.size();  // where execute keeps it
        listener_.on_nearer(statement->name, level, bytes);
        nearer = true;
    }
    return nearer;
}

void GuidedSearch::report(const JudgedStatement& statement, const Bytes& bytes, const Judgement& judgement) {
    if (!closed_.emplace(judgement.statement).second) return;
    listener_.on_failure(judgement.statement);
    const Finding finding = runner_.shrink(statement, bytes, judgement);
    for (Domain& domain : domains_)
        open_statements_ -= std::erase_if(domain.statements, [&](const JudgedStatement* searched) {
            return searched->name == finding.statement;
        });
    best_holder_.erase(finding.statement);
    listener_.on_finding(finding);
}

}  // namespace brickproof::fuzz
