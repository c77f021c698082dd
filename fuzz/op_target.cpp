#include "fuzz/op_target.hpp"

#include <algorithm>
#include <stdexcept>

#include "engine/replay_token.hpp"
#include "judge/plugin.hpp"
#include "judge/statement_list.hpp"

namespace brickproof::fuzz {
namespace {

KernelFunction definition_of(const Contract& contract) {
    for (const Kernel& kernel : own_kernels())
        if (kernel.contract == &contract && kernel.variant == "scalar") return kernel.fn;
    throw std::logic_error("the library has no scalar kernel of " + std::string(contract.op));
}

bool same_names(const Preconditions& a, const Preconditions& b) {
    return std::ranges::is_permutation(a.names(), b.names());
}

}  // namespace

OpTarget::OpTarget(const Contract& contract, std::vector<Kernel> kernels) : contract_(contract) {
    const KernelFunction definition = definition_of(contract);
    for (Kernel& kernel : kernels) {
        if (kernel.contract != &contract || !why_not_runnable(kernel).empty()) continue;
        kernels_.push_back(std::move(kernel));
        trials_.emplace_back(contract, kernels_.back().fn, definition);
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
    return groups_.emplace_back(Group{holding, {}});
}

std::optional<Violation> OpTarget::check(std::span<const std::uint8_t> bytes) {
    for (const Group& group : groups_) {
        const Case c = decode_case(contract_, bytes, group.holding);
        for (const Entry& entry : group.entries) {
            Outcome outcome = entry.statement->check(c, trials_[entry.kernel]);
            const bool failed =
                outcome.kind == Outcome::Kind::fail || (outcome.kind == Outcome::Kind::note && entry.promised);
            if (failed)
                return Violation{kernels_[entry.kernel].variant, std::string(entry.statement->name),
                                 std::move(outcome.message),
                                 make_token(contract_, Bytes(bytes.begin(), bytes.end()))};
        }
    }
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
