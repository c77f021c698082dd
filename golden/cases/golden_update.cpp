#include "cases/golden_update.hpp"

#include <fmt/format.h>

namespace brickproof::golden {

std::vector<Expectation> oracle_expectations(const Contract& contract, const Case& inputs) {
    const std::vector<OracleOutput> oracle = contract.oracle(inputs);
    std::vector<Expectation> expected;
    for (const Operand& operand : inputs.operands) {
        if (operand.access != Access::output) continue;
        const Array<double>& exact = oracle[expected.size()].exact;
        Layout layout = exact_layout_of(operand);
        const auto* bytes = reinterpret_cast<const char*>(exact.data());
        expected.push_back({{layout.dtype, layout.shape, std::string(bytes, exact.size() * sizeof(double))}});
    }
    return expected;
}

Expected<Change> recompute(const GoldenCase& golden) {
    if (golden.manifest.origin != Origin::oracle)
        return Problem{fmt::format("{}/{} is not the oracle's: its expectation is {} ({}) and is not recomputed",
                                   stem_of(golden.manifest.op), golden.manifest.name,
                                   name_of(golden.manifest.origin), golden.manifest.source)};
    GoldenCase after = golden;
    after.expected = oracle_expectations(*golden.contract, golden.inputs);
    return change_of(
        golden, std::move(after), "updated",
        fmt::format("the oracle of {}, contract version {}", golden.contract->op, golden.contract->version));
}

Change record(const GoldenCase& golden) {
    GoldenCase after = golden;
    after.manifest.contract_version = golden.contract->version;
    return change_of(golden, std::move(after), "recorded", golden.manifest.source);
}

}  // namespace brickproof::golden
