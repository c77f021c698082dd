#include "engine/golden_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/compare.hpp"

namespace brickproof::golden {
namespace {

// A golden exact value was rounded once, to float64: by at most this much of itself.
constexpr double float64_roundoff = 0x1p-53;

Outputs expected_outputs(const GoldenCase& golden, const Outputs& got) {
    Outputs expected;
    for (std::size_t i = 0; i < golden.expected.size(); ++i) {
        const Expectation& expectation = golden.expected[i];
        std::vector<std::byte>& array = expected.arrays.emplace_back(expectation.tensor.bytes.size());
        if (array.empty()) continue;
        std::memcpy(array.data(), expectation.tensor.bytes.data(), array.size());
        if (!expectation.mask) continue;
        const std::size_t width = size_of(expectation.tensor.dtype);
        for (std::size_t element = 0; element < expectation.mask->bytes.size(); ++element)
            if (expectation.mask->bytes[element] == 0)
                std::copy_n(got.arrays[i].data() + element * width, width, array.data() + element * width);
    }
    return expected;
}

// The contract's bounds around the golden exact values.
std::vector<OracleOutput> golden_oracle(const GoldenCase& golden) {
    std::vector<OracleOutput> oracle = golden.contract->oracle(golden.inputs);
    for (std::size_t i = 0; i < oracle.size(); ++i) {
        const std::string& bytes = golden.expected[i].tensor.bytes;
        if (!bytes.empty()) std::memcpy(oracle[i].exact.data(), bytes.data(), bytes.size());
        for (std::size_t j = 0; j < oracle[i].exact.size(); ++j)
            oracle[i].bound[j] += std::fabs(oracle[i].exact[j]) * float64_roundoff;
    }
    return oracle;
}

std::string verdict_of(const KernelCheck& check) {
    if (!check.not_runnable.empty()) return "NOT RUN: " + check.not_runnable;
    const std::size_t judged = check.passed + check.failures.size();
    if (judged == 0) return "NOT RUN: no golden case that it accepts";
    std::string text = check.failures.empty() ? fmt::format("PASS {} of {}", judged, judged)
                                              : fmt::format("FAIL {} of {}", check.failures.size(), judged);
    if (check.by_bound > 0) text += fmt::format("; {} of them by the contract's bound, as a guest", check.by_bound);
    if (check.outside > 0) text += fmt::format("; {} outside its assumptions not judged", check.outside);
    return text;
}

}  // namespace

Comparison comparison_for(const Kernel& kernel, const GoldenCase& golden) {
    return kernel.plugin_path.empty() ? golden.manifest.comparison : golden.manifest.guest_comparison;
}

Outcome compare_outputs(const GoldenCase& golden, Comparison comparison, const Outputs& got) {
    if (comparison == Comparison::bits)
        return expect_same_outputs(golden.inputs, got, expected_outputs(golden, got));
    if (golden.manifest.comparison == Comparison::bits)
        return expect_outputs_within(golden.inputs, got, golden.contract->oracle(golden.inputs));
    return expect_outputs_within(golden.inputs, got, golden_oracle(golden));
}

Outcome check_case(KernelRunner& runner, const Kernel& kernel, const GoldenCase& golden) {
    const Run run = runner.run(golden.inputs, {});
    if (run.violation != Run::Violation::none) return Outcome::fail(run.what);
    return compare_outputs(golden, comparison_for(kernel, golden), run.outputs);
}

CheckTotal total_of(std::span<const KernelCheck> checks) {
    CheckTotal total;
    for (const KernelCheck& check : checks) {
        total.judged += check.passed > 0 || !check.failures.empty();
        total.failed += !check.failures.empty();
    }
    return total;
}

std::string check_report(std::span<const KernelCheck> checks) {
    std::string text;
    std::size_t kernel_width = 0;
    for (const KernelCheck& check : checks)
        kernel_width = std::max(kernel_width, check.library.size() + check.variant.size() + 3);
    for (const KernelCheck& check : checks)
        text += fmt::format("{:<18}{:<{}}  {}\n", check.op, check.library + " / " + check.variant, kernel_width,
                            verdict_of(check));
    for (const KernelCheck& check : checks)
        for (const Failure& failure : check.failures)
            text += fmt::format("\nFAIL {} / {} of {}\n  case {}/{}\n  {}\n", check.op, check.variant,
                                check.library, stem_of(check.op), failure.case_name, failure.message);
    return text;
}

}  // namespace brickproof::golden
