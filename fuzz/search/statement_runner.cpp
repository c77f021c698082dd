#include "fuzz/search/statement_runner.hpp"

#include "engine/replay_token.hpp"
#include "judge/wrong_values.hpp"

namespace brickproof::fuzz {
namespace {

constexpr std::size_t shrink_budget = 400;
constexpr std::size_t shrink_budget_of_hangs = 6;  // each costs a time limit

}  // namespace

StatementRunner::StatementRunner(const Kernel& kernel, const std::vector<std::string>& assume)
    : kernel_(kernel), probe_(kernel) {
    for (JudgedStatement& statement : all_statements(kernel, assume)) {
        if (statement.single_case || !statement.excluded_by.empty()) continue;
        if (statement.kind == StatementKind::character && !statement.promised) continue;
        statements_.push_back(std::move(statement));
    }
}

Judgement StatementRunner::judge(const JudgedStatement& statement, const Case& c) {
    try {
        Outcome outcome = statement.check(c, probe_);
        if (has_given_up() && statement.role != Behaviour::Role::terminates)
            return {Outcome::discard(), statement.name};
        if (outcome.kind == Outcome::Kind::note)
            outcome.kind = statement.promised ? Outcome::Kind::fail : Outcome::Kind::pass;
        return {std::move(outcome), statement.name};
    } catch (const KernelStopped& stopped) {
        switch (stopped.run.violation) {
            case Run::Violation::crashed:
                return {Outcome::fail(stopped.run.what), name_of(Behaviour::Role::no_crash)};
            case Run::Violation::did_not_end:
                return {Outcome::fail(stopped.run.what), name_of(Behaviour::Role::terminates)};
            default:  // an access out of bounds, which has its own statement
                return {Outcome::discard(), statement.name};
        }
    }
}

Finding StatementRunner::shrink(const JudgedStatement& statement, const Bytes& bytes, const Judgement& judgement) {
    const auto evaluate = [&](const Bytes& smaller) {
        Judgement again = judge(statement, decode_case(*kernel_.contract, smaller, statement.holding));
        return again.statement == judgement.statement ? std::move(again.outcome) : Outcome::pass();
    };
    const std::size_t budget =
        judgement.statement == name_of(Behaviour::Role::terminates) ? shrink_budget_of_hangs : shrink_budget;
    Found found = shrink_bytes({bytes, judgement.outcome}, evaluate, budget);
    if (judgement.statement == statement.name && statement.kind != StatementKind::behaviour) {
        // What the kernel did not write is not a number of its own.
        const Case c = decode_case(*kernel_.contract, found.bytes, statement.holding);
        const SecondLook look = look_again(probe_, [&](Probe& probe) { statement.check(c, probe); });
        if (look.unwritten) found.outcome.message = *look.unwritten;
    }
    return make_finding(kernel_, judgement.statement, statement.holding, found);
}

Finding make_finding(const Kernel& kernel, std::string_view blamed, const Preconditions& holding,
                     const Found& found) {
    const Case c = decode_case(*kernel.contract, found.bytes, holding);
    return {.library = kernel.library,
            .op = std::string(kernel.contract->op),
            .variant = kernel.variant,
            .plugin_path = kernel.plugin_path,
            .statement = std::string(blamed),
            .message = found.outcome.message,
            .sizes = describe_sizes(c, kernel.contract->size_names),
            .bytes = found.bytes,
            .token = make_token(*kernel.contract, found.bytes)};
}

}  // namespace brickproof::fuzz
