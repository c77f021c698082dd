// brickproof golden check: holds kernels to the golden cases, and says which pins moved.
#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "cases/golden_check.hpp"
#include "cases/golden_pins.hpp"
#include "cases/golden_report.hpp"
#include "cases/provenance.hpp"
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
};

bool has_own_kernels(const std::vector<Kernel>& kernels) {
    return std::ranges::any_of(kernels, [](const Kernel& kernel) { return kernel.plugin_path.empty(); });
}

// A plug-in of one kernel is not held to the cases of the other ops.
std::ptrdiff_t count_of_their_ops(const std::vector<golden::GoldenCase>& cases,
                                  const std::vector<Kernel>& kernels) {
    return std::ranges::count_if(cases, [&](const golden::GoldenCase& golden) {
        return std::ranges::any_of(kernels,
                                   [&](const Kernel& kernel) { return kernel.contract == golden.contract; });
    });
}

std::string pins_line(const golden::PinCheck& pins, std::size_t judged) {
    if (judged == 0) return "";
    std::string text;
    for (const std::string& sentence : pins.moved) text += fmt::format("MOVED {}\n", sentence);
    return text + fmt::format("pins of our own scalar kernels: {} hold, {} moved\n", pins.held, pins.moved.size());
}

int check(const CheckOptions& options) {
    const Expected<std::vector<Kernel>> kernels = options.kernels.select();
    if (!kernels) return usage_error(kernels.problem());
    if (!options.json.empty())
        if (const auto writable = check_writable(options.json); !writable) return usage_error(writable.problem());
    GoldenSelection selection = options.golden;
    selection.op = options.kernels.op;
    Expected<LoadedSet> loaded = load(selection);
    if (!loaded) return usage_error(loaded.problem());
    const std::vector<golden::GoldenCase>& cases = loaded->set.cases;
    const std::vector<golden::KernelCheck> checks = golden::check_kernels(
        *kernels, cases, [&](const Kernel& kernel) { return options.kernels.assumptions_for(kernel.contract->op); },
        options.jobs);
    golden::PinCheck pins;
    if (has_own_kernels(*kernels)) pins = golden::check_pins(loaded->directory, cases, options.jobs);

    std::vector<std::string> problems = std::move(loaded->set.problems);
    for (const auto& more : {golden::unrecorded_changes(loaded->directory, cases), pins.problems})
        problems.insert(problems.end(), more.begin(), more.end());
    Expected<Done> written = Done{};
    // First: who reads the output may end the command (| head).
    if (!options.json.empty())
        written = write_file(options.json,
                             golden::check_json(checks, cases.size(), problems, pins.moved, BRICKPROOF_VERSION));
    fmt::print("{}\n{}", golden::check_report(checks, cases), pins_line(pins, pins.held + pins.moved.size()));
    const golden::CheckTotal total = golden::total_of(checks);
    fmt::print("{} of {} kernels held to {} golden cases: {} failed\n", total.judged, checks.size(),
               count_of_their_ops(cases, *kernels), total.failed);
    std::fflush(stdout);
    const int damaged = report_problems(problems);
    if (!written) return usage_error(written.problem());
    if (total.failed > 0 || (options.pins_must_hold && !pins.moved.empty())) return exit_fail;
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
    verb->add_option("--json", options->json, "Write the report as JSON")->check(not_empty())->type_name("FILE");
    verb->add_flag("--pins-must-hold", options->pins_must_hold, "A pin that moved is a failure");
    verb->callback([options, &exit_code] { exit_code = check(*options); });
}

}  // namespace brickproof::cli
