#include "judge/statement_list.hpp"

#include <algorithm>

namespace brickproof {
namespace {

JudgedStatement from_behaviour(const Behaviour& behaviour, const Contract& contract, const Preconditions& assumed) {
    JudgedStatement judged{.name = std::string(behaviour.name),
                           .kind = behaviour.kind,
                           .says = std::string(behaviour.says),
                           .holding = assumed,
                           .check = behaviour.check,
                           .single_case = behaviour.single_case,
                           .costly = behaviour.costly,
                           .shares_cases = true,
                           .role = behaviour.role,
                           .first = behaviour.first};
    const bool offered =
        std::ranges::any_of(contract.preconditions, [](const Precondition& p) { return p.name == "finite"; });
    if (behaviour.finite && offered) judged.holding.add("finite");
    return judged;
}

}  // namespace

Preconditions assumptions_of(const Kernel& kernel, const std::vector<std::string>& assume) {
    Preconditions holding;
    for (const std::string& name : kernel.assumes) holding.add(name);
    for (const std::string& name : assume) holding.add(name);
    return holding;
}

JudgedStatement from_statement(const Statement& statement, const Kernel& kernel, const Preconditions& assumed) {
    JudgedStatement judged{.name = std::string(statement.name),
                           .kind = statement.kind,
                           .says = std::string(statement.says),
                           .holding = assumed,
                           .check = statement.check,
                           .single_case = statement.single_case};
    for (const std::string_view need : statement.needs) judged.holding.add(need);
    for (const std::string_view name : statement.excluded_by)
        if (assumed.hold(name)) judged.excluded_by = name;
    judged.promised = std::ranges::find(kernel.promises, statement.name) != kernel.promises.end();
    return judged;
}

std::vector<JudgedStatement> all_statements(const Kernel& kernel, const std::vector<std::string>& assume,
                                            Lengthy lengthy) {
    const Preconditions assumed = assumptions_of(kernel, assume);
    std::vector<JudgedStatement> all;
    for (const Statement& statement : kernel.contract->statements)
        if (!statement.on_demand || lengthy.exhaustive) all.push_back(from_statement(statement, kernel, assumed));
    for (const Behaviour& behaviour : behaviours())
        if (!behaviour.takes_long || lengthy.large_sizes)
            all.push_back(from_behaviour(behaviour, *kernel.contract, assumed));
    return all;
}

}  // namespace brickproof
