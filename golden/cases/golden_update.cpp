#include "cases/golden_update.hpp"

#include <fmt/format.h>

#include "cases/golden_run.hpp"
#include "judge/plugin.hpp"

namespace brickproof::golden {
namespace {

const Kernel* pinned_kernel_of(const Contract& contract, std::span<const Kernel> kernels) {
    for (const Kernel& kernel : kernels)
        if (kernel.contract == &contract && kernel.variant == pinned_variant) return &kernel;
    return nullptr;
}

std::vector<Expectation> expectations_of(const GoldenCase& golden, const Outputs& outputs) {
    std::vector<Expectation> expected;
    for (const Operand& operand : golden.inputs.operands) {
        if (operand.access != Access::output) continue;
        const Array<std::byte>& array = outputs.arrays[expected.size()];
        const Layout layout = layout_of(operand);
        const auto* bytes = reinterpret_cast<const char*>(array.data());
        expected.push_back({{layout.dtype, layout.shape, std::string(bytes, array.size())}});
    }
    return expected;
}

}  // namespace

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

Expected<std::vector<Expectation>> pinned_expectations(const GoldenCase& golden) {
    const std::vector<Kernel> kernels = own_kernels();
    const Kernel* kernel = pinned_kernel_of(*golden.contract, kernels);
    if (kernel == nullptr)
        return Problem{fmt::format("{} has no {} kernel of ours", golden.contract->op, pinned_variant)};
    const KernelRun run = run_kernel(*kernel, std::span(&golden, 1), 1);
    if (const std::string& failure = run.cases.front().failure; !failure.empty())
        return Problem{fmt::format("{}: {}", id_of(golden), failure)};
    return expectations_of(golden, run.cases.front().outputs);
}

Expected<GoldenCase> renewed(const GoldenCase& golden) {
    GoldenCase now = golden;
    now.info.contract_version = golden.contract->version;
    if (golden.info.origin == Origin::oracle) now.expected = oracle_expectations(*golden.contract, golden.inputs);
    if (golden.info.origin != Origin::pinned) return now;
    Expected<std::vector<Expectation>> pinned = pinned_expectations(golden);
    if (!pinned) return Problem{pinned.problem()};
    now.expected = std::move(*pinned);
    return now;
}

}  // namespace brickproof::golden
