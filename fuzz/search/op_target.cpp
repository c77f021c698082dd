#include "fuzz/search/op_target.hpp"

#include <algorithm>

#include "engine/replay_token.hpp"
#include "judge/plugin.hpp"
#include "judge/statement_list.hpp"

namespace brickproof::fuzz {
namespace {

bool offers_finite(const Contract& contract) {
    return std::ranges::find(contract.preconditions, "finite", &Precondition::name) != contract.preconditions.end();
}

bool same_names(const Preconditions& a, const Preconditions& b) {
    return std::ranges::is_permutation(a.names(), b.names());
}

}  // namespace

OpTarget::OpTarget(const Contract& contract, std::vector<Kernel> kernels) : contract_(contract) {
    for (Kernel& kernel : kernels) {
        if (kernel.contract != &contract || !why_not_runnable(kernel).empty()) continue;
        kernels_.push_back(std::move(kernel));
        trials_.emplace_back(contract, kernels_.back().fn);
        add_statements(kernels_.size() - 1);
    }
}

void OpTarget::add_statements(std::size_t kernel) {
    const Preconditions assumed = assumptions_of(kernels_[kernel], {});
    for (const Statement& statement : contract_.statements) {
        const JudgedStatement judged = from_statement(statement, kernels_[kernel], assumed);
        if (statement.single_case || statement.on_demand || !judged.excluded_by.empty()) continue;
        if (statement.kind == StatementKind::character && !judged.promised) continue;
        group_for(judged.holding).entries.push_back({kernel, &statement, judged.promised});
    }
}

OpTarget::Group& OpTarget::group_for(const Preconditions& holding) {
    for (Group& group : groups_)
        if (same_names(group.holding, holding)) return group;
    const bool first_finite = holding.hold("finite") && std::ranges::none_of(groups_, &Group::shows_behaviour);
    return groups_.emplace_back(Group{holding, {}, first_finite || !offers_finite(contract_)});
}

std::optional<Violation> OpTarget::check(std::span<const std::uint8_t> bytes) {
    for (const Group& group : groups_) {
        const Case c = decode_case(contract_, bytes, group.holding);
        judged_.begin(c);
        for (HeapTrial& trial : trials_) trial.begin(judged_);
        if (auto violation = check_behaviour(group, c, bytes)) return violation;
        for (const Entry& entry : group.entries) {
            Outcome outcome = entry.statement->check(c, trials_[entry.kernel]);
            const bool failed =
                outcome.kind == Outcome::Kind::fail || (outcome.kind == Outcome::Kind::note && entry.promised);
            if (failed) return violation_of(entry.kernel, entry.statement->name, std::move(outcome.message), bytes);
        }
    }
    return std::nullopt;
}

Violation OpTarget::violation_of(std::size_t kernel, std::string_view statement, std::string message,
                                 std::span<const std::uint8_t> bytes) const {
    return {kernels_[kernel].variant, std::string(statement), std::move(message),
            make_token(contract_, Bytes(bytes.begin(), bytes.end()))};
}

// On finite data only: which NaN comes out of NaNs may differ. One domain is enough, the data being alike in all.
std::optional<Violation> OpTarget::check_behaviour(const Group& group, const Case& c,
                                                   std::span<const std::uint8_t> bytes) {
    if (!group.shows_behaviour) return std::nullopt;
    for (std::size_t i = 0; i < kernels_.size(); ++i)
        if (auto found = trials_[i].misbehaviour(c))
            return violation_of(i, found->statement, std::move(found->message), bytes);
    return std::nullopt;
}

std::size_t OpTarget::statement_count() const {
    std::size_t count = 0;
    for (const Group& group : groups_) count += group.entries.size();
    return count;
}

OpTarget own_target(const Contract& contract) {
    return OpTarget(contract, own_kernels());
}

}  // namespace brickproof::fuzz
