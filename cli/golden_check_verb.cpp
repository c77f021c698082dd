// brickproof golden check: holds kernels to the golden cases, and says which pins moved and which cases are gone.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <set>

#include "cases/golden_check.hpp"
#include "cases/golden_report.hpp"
#include "commands.hpp"
#include "golden_verbs.hpp"
#include "kernel_selection.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::cli {
namespace {

struct CheckOptions {
    GoldenSelection golden;
    KernelSelection kernels;
    std::size_t jobs = default_jobs();
    std::string json;
    bool pins_must_hold = false;
    std::optional<double> timeout;
};

// A plug-in of one kernel is not held to the cases of the other ops.
std::ptrdiff_t count_of_their_ops(const std::vector<golden::GoldenCase>& cases,
                                  const std::vector<Kernel>& kernels) {
    return std::ranges::count_if(cases, [&](const golden::GoldenCase& golden) {
        if (golden.info.origin == golden::Origin::pinned) return false;
        return std::ranges::any_of(kernels,
                                   [&](const Kernel& kernel) { return kernel.contract == golden.contract; });
    });
}

// Ops that have kernels here and no golden case: nothing says that they ever had one.
std::string ops_without_cases(const golden::GoldenSet& set, const std::vector<Kernel>& kernels) {
    std::string names;
    std::set<std::string_view> seen;
    for (const Kernel& kernel : kernels) {
        const std::string_view op = kernel.contract->op;
        const bool there = std::ranges::any_of(
            set.cases, [&](const golden::GoldenCase& golden) { return golden.contract == kernel.contract; });
        if (!there && seen.insert(op).second) names += fmt::format("{}{}", names.empty() ? "" : ", ", op);
    }
    return names.empty() ? "" : fmt::format("ops without a golden case: {}\n", names);
}

int check(CheckOptions options) {
    options.kernels.limits = {seconds_or(options.timeout, usual_kernel_seconds)};
    const Expected<std::vector<Kernel>> kernels = options.kernels.select();
    if (!kernels) return usage_error(kernels.problem());
    if (!options.json.empty())
        if (const auto writable = check_writable(options.json); !writable) return usage_error(writable.problem());
    GoldenSelection selection = options.golden;
    selection.op = options.kernels.op;
    const Expected<LoadedSet> loaded = load(selection);
    if (!loaded) return usage_error(loaded.problem());
    const std::vector<golden::GoldenCase>& cases = loaded->set.cases;
    const std::vector<golden::KernelCheck> checks = golden::check_kernels(
        *kernels, cases, [&](const Kernel& kernel) { return options.kernels.assumptions_for(kernel.contract->op); },
        options.jobs, options.kernels.limits);
    std::vector<std::string> problems = loaded->set.problems;
    for (const golden::Disagreement& disagreement : loaded->disagreements)
        problems.push_back(disagreement.sentence);
    Expected<Done> written = Done{};
    // First: who reads the output may end the command (| head).
    if (!options.json.empty())
        written = write_file(options.json, golden::check_json(checks, cases.size(), problems, BRICKPROOF_VERSION));
    fmt::print("{}{}", golden::check_report(checks, cases), ops_without_cases(loaded->set, *kernels));
    const bool pins_moved =
        std::ranges::any_of(checks, [](const auto& check) { return !check.pins_moved.empty(); });
    const golden::CheckTotal total = golden::total_of(checks);
    fmt::print("{} of {} kernels held to {} golden cases: {} failed\n", total.judged, checks.size(),
               count_of_their_ops(cases, *kernels), total.failed);
    std::fflush(stdout);
    const int damaged = report_problems(problems);
    if (!written) return usage_error(written.problem());
    if (total.failed > 0 || (options.pins_must_hold && pins_moved)) return exit_fail;
    if (total.judged == 0) return no_kernel_could_be("judged");
    return damaged;
}

}  // namespace

void add_golden_check(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<CheckOptions>();
    CLI::App* verb = golden.add_subcommand("check", "Runs kernels on all golden cases");
    options->kernels.add_options(*verb);
    options->golden.add_case(*verb);
    options->golden.add_directory(*verb);
    add_jobs_option(*verb, options->jobs);
    add_timeout_option(*verb, options->timeout, fmt::format("{:.0f}", usual_kernel_seconds));
    verb->add_option("--json", options->json, "Write the report as JSON")->check(not_empty())->type_name("FILE");
    verb->add_flag("--pins-must-hold", options->pins_must_hold, "A pin that moved is a failure");
    verb->callback([options, &exit_code] { exit_code = check(*options); });
}

}  // namespace brickproof::cli
