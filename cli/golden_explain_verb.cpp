// brickproof golden explain: all about one case.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "cases/golden_check.hpp"
#include "cases/golden_run.hpp"
#include "cases/movement.hpp"
#include "commands.hpp"
#include "engine/compare.hpp"
#include "golden_verbs.hpp"
#include "judge/plugin.hpp"
#include "kernel_selection.hpp"

namespace brickproof::cli {
namespace {

struct ExplainOptions {
    GoldenSelection golden;
    KernelSelection kernels;
    std::string name;
    std::size_t jobs = default_jobs();
};

// "0.003 to 3.2 in magnitude, 2 zeros, 1 NaN"
std::string range_of(const std::vector<double>& values) {
    double least = INFINITY;
    double largest = 0.0;
    std::size_t zeros = 0;
    std::size_t others = 0;
    for (const double value : values) {
        if (!std::isfinite(value))
            ++others;
        else if (value == 0.0)
            ++zeros;
        else {
            least = std::min(least, std::fabs(value));
            largest = std::max(largest, std::fabs(value));
        }
    }
    std::string text = largest > 0.0 ? fmt::format("{:.4g} to {:.4g} in magnitude", least, largest) : "";
    const auto append = [&](std::size_t count, const char* one, const char* many) {
        if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, count == 1 ? one : many);
    };
    append(zeros, "zero", "zeros");
    append(others, "NaN or infinite", "NaN or infinite");
    return text.empty() ? "empty" : text;
}

void explain_arrays(const golden::GoldenCase& golden) {
    fmt::print("\n  inputs\n");
    for (const Operand& operand : golden.inputs.operands)
        if (operand.access == Access::input)
            fmt::print("    {:<8} {} {:<14} {}\n", operand.name, operand.type->name,
                       golden::show_shape({operand.count}),
                       range_of(output_values(*operand.type, operand.contents)));
    fmt::print("  expected\n");
    const golden::Values values = golden::expected_values(golden);
    std::size_t output = 0;
    for (const Operand& operand : golden.inputs.operands) {
        if (operand.access != Access::output) continue;
        const golden::Expectation& expectation = golden.expected[output];
        fmt::print("    {:<8} {} {:<14} {}{}\n", operand.name, operand.type->name,
                   golden::show_shape({operand.count}), range_of(values[output]),
                   expectation.mask ? fmt::format("; {} of {} elements are masked out",
                                                  std::ranges::count(expectation.mask->bytes, '\0'),
                                                  expectation.mask->bytes.size())
                                    : "");
        ++output;
    }
}

void explain_bound(const golden::GoldenCase& golden) {
    std::size_t output = 0;
    const std::vector<OracleOutput> oracle = golden.contract->oracle(golden.inputs);
    for (const Operand& operand : golden.inputs.operands) {
        if (operand.access != Access::output) continue;
        fmt::print("    the contract's bound around {}: {}\n", operand.name, range_of(oracle[output++].bound));
    }
}

void explain_kernels(const golden::GoldenCase& golden, const std::vector<Kernel>& kernels, std::size_t jobs) {
    fmt::print("\n  kernels on this case\n");
    const std::span<const golden::GoldenCase> cases(&golden, 1);
    const auto checks = golden::check_kernels(
        kernels, cases, [](const Kernel&) { return std::vector<std::string>{}; }, jobs);
    const auto runs = golden::run_kernels(kernels, cases, jobs);
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        std::string verdict = "PASS";
        if (!checks[i].not_runnable.empty())
            verdict = "NOT RUN: " + checks[i].not_runnable;
        else if (!checks[i].failures.empty())
            verdict = "FAIL: " + checks[i].failures.front().message;
        else if (checks[i].passed == 0)
            verdict = "not judged: the case is outside what it assumes, or its own library made it";
        fmt::print("    {} / {}: {}\n", kernels[i].library, kernels[i].variant, verdict);
        if (runs[i].cases.empty() || !runs[i].cases.front().failure.empty()) continue;
        const golden::Values expected = golden::expected_values(golden);
        const golden::Values got = golden::output_values_of(golden, runs[i].cases.front().outputs);
        const golden::Movement error = golden::movement_of(golden, expected, got);
        if (error.moved == 0)
            fmt::print("      gives every one of the {} values\n", error.values);
        else
            fmt::print("      largest error {:.3g} ulp and {:.3g} of the bound, at {}: {:.9g}, expected {:.9g}\n",
                       error.ulps.amount, error.share.amount, error.ulps.where, error.ulps.after,
                       error.ulps.before);
    }
}

int explain(const ExplainOptions& options) {
    const Expected<LoadedCase> one = load_one(options.golden, options.name);
    if (!one) return usage_error(one.problem());
    const golden::GoldenCase* golden = &one->golden;
    const golden::CaseInfo& info = golden->info;
    fmt::print("{}/{}  ({}, contract version {})\n", golden::stem_of(golden->contract->op), info.name,
               golden->contract->op, info.contract_version);
    for (const auto& [name, size] : info.sizes) fmt::print("  {} = {}\n", name, size);
    fmt::print("  expectation: {}: {}\n", name_of(info.origin), info.source);
    fmt::print("  compared by {}{}", name_of(info.comparison),
               info.guest_comparison == info.comparison
                   ? "\n"
                   : fmt::format(", guests by {}\n", name_of(info.guest_comparison)));
    explain_bound(*golden);
    if (info.rounded != golden::Rounded::float64)
        fmt::print("    the stored values were rounded to {}, which widens it\n", name_of(info.rounded));
    for (const std::string& outside : info.outside)
        fmt::print("  outside '{}': kernels that assume it are not judged here\n", outside);
    explain_arrays(*golden);
    KernelSelection selection = options.kernels;
    selection.op = golden->contract->op;
    const Expected<std::vector<Kernel>> kernels = selection.select();
    if (!kernels) return usage_error(kernels.problem());
    explain_kernels(*golden, *kernels, options.jobs);
    fmt::print("\n  last change: {}\n", info.why);
    if (!info.forced.empty()) fmt::print("    although outside the bound: {}\n", info.forced);
    fmt::print("  history: git log -- {}\n", one->file.string());
    std::fflush(stdout);
    return report_problems(one->disagreements);
}

}  // namespace

void add_golden_explain(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<ExplainOptions>();
    CLI::App* verb = golden.add_subcommand(
        "explain", "All about one case: inputs, source, bound, the error of every kernel, last change");
    verb->add_option("CASE", options->name, "Such as softmax/n33_r3_row0")->required();
    verb->add_option("--kernels", options->kernels.plugins, "Also these kernels; 'builtin' is the library's own")
        ->type_name("PATH");
    options->golden.add_directory(*verb);
    verb->callback([options, &exit_code] { exit_code = explain(*options); });
}

}  // namespace brickproof::cli
