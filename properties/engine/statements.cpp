#include "engine/statements.hpp"

#include <fmt/format.h>

#include <cmath>

#include "engine/compare.hpp"

namespace brickproof {

Statement error_within_bound(const Contract& contract, std::vector<std::string_view> needs,
                             std::vector<std::string_view> excluded_by) {
    return {.name = "error_within_bound",
            .kind = StatementKind::bound,
            .says = "every output is within the derived bound of the exact result",
            .needs = std::move(needs),
            .excluded_by = std::move(excluded_by),
            .check = [oracle = contract.oracle](const Case& c, Trial& trial) {
                return expect_outputs_within(c, trial.run(c), trial.derived(c, oracle));
            }};
}

Statement same_bits_as_definition(std::vector<std::string_view> needs) {
    return {.name = "same_bits_as_definition",
            .kind = StatementKind::character,
            .says = "the outputs have the same bits as the scalar definition's",
            .needs = std::move(needs),
            .check = [](const Case& c, Trial& trial) {
                const Outcome same = expect_same_outputs(c, trial.run(c), trial.definition(c));
                return same.kind == Outcome::Kind::pass
                           ? same
                           : Outcome::note("not the definition's bits: " + same.message);
            }};
}

Statement sign_of_zero(std::vector<std::string_view> needs) {
    return {.name = "sign_of_zero",
            .kind = StatementKind::character,
            .says = "a zero has the sign of the definition's",
            .needs = std::move(needs),
            .check = [](const Case& c, Trial& trial) {
                const Outputs got = trial.run(c);
                const Outputs defined = trial.definition(c);
                if (got == defined) return Outcome::pass();
                std::size_t output = 0;
                for (const Operand& operand : c.operands) {
                    if (operand.access != Access::output) continue;
                    const auto a = output_values(*operand.type, got.arrays[output]);
                    const auto b = output_values(*operand.type, defined.arrays[output]);
                    ++output;
                    for (std::size_t i = 0; i < a.size(); ++i)
                        if (a[i] == 0.0 && b[i] == 0.0 && std::signbit(a[i]) != std::signbit(b[i]))
                            return Outcome::note(fmt::format("{}[{}] is {}0 where the definition gives {}0",
                                                             operand.name, i, std::signbit(a[i]) ? '-' : '+',
                                                             std::signbit(b[i]) ? '-' : '+'));
                }
                return Outcome::pass();
            }};
}

}  // namespace brickproof
