// brickproof golden check | update | add | list.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <memory>

#include "commands.hpp"
#include "engine/golden_check.hpp"
#include "engine/golden_update.hpp"
#include "engine/replay_token.hpp"
#include "kernel_selection.hpp"

namespace brickproof::cli {
namespace {

namespace fs = std::filesystem;

struct GoldenOptions {
    std::string directory;
    std::string op = "*";
    KernelSelection kernels;
    bool yes = false;
    std::string new_case;
    std::string sizes;
    std::uint64_t seed = 1;
    std::string token;
};

// The cases that are asked for; a folder without any is a problem.
Expected<golden::GoldenSet> load_cases(const std::string& directory, const std::string& op) {
    const Expected<fs::path> found = golden::find_golden_directory(directory);
    if (!found) return Problem{found.problem()};
    golden::GoldenSet set =
        golden::load_golden_set(*found, [&](std::string_view name) { return matches(op, name); });
    if (set.cases.empty() && set.problems.empty())
        return Problem{fmt::format("{} holds no golden case of an op that matches '{}'", found->string(), op)};
    return set;
}

int report_problems(const std::vector<std::string>& problems) {
    for (const std::string& problem : problems) usage_error(problem);
    return problems.empty() ? exit_pass : exit_usage;
}

int check(const GoldenOptions& options) {
    const Expected<std::vector<Kernel>> kernels = options.kernels.select();
    if (!kernels) return usage_error(kernels.problem());
    const Expected<golden::GoldenSet> set = load_cases(options.directory, options.kernels.op);
    if (!set) return usage_error(set.problem());
    std::vector<golden::KernelCheck> checks;
    for (const Kernel& kernel : *kernels)
        checks.push_back(
            golden::check_kernel(kernel, set->cases, options.kernels.assumptions_for(kernel.contract->op)));
    fmt::print("{}", golden::check_report(checks));
    const int damaged = report_problems(set->problems);
    const golden::CheckTotal total = golden::total_of(checks);
    fmt::print("\n{} of {} kernels held to {} golden cases: {} failed\n", total.judged, checks.size(),
               set->cases.size(), total.failed);
    if (total.failed > 0) return exit_fail;
    if (total.judged == 0) return usage_error("no kernel could be judged: see NOT RUN above");
    return damaged;
}

bool confirmed(const GoldenOptions& options) {
    if (options.yes) return true;
    fmt::print("write them? [y/N] ");
    std::cout.flush();
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

int update(const GoldenOptions& options) {
    const Expected<golden::GoldenSet> set = load_cases(options.directory, options.op);
    if (!set) return usage_error(set.problem());
    if (const int damaged = report_problems(set->problems); damaged != exit_pass)
        return usage_error("nothing is updated while a case is damaged");
    std::vector<golden::GoldenCase> changed;
    std::size_t kept = 0;
    std::size_t recomputed = 0;
    for (const golden::GoldenCase& golden : set->cases) {
        const Expected<golden::Change> change = golden::recompute(golden);
        if (!change) {
            ++kept;
            continue;
        }
        ++recomputed;
        if (change->changed == 0) continue;
        fmt::print("{}/{}: {} of {} values change, by {:.4g} at most\n", golden::stem_of(golden.manifest.op),
                   golden.manifest.name, change->changed, change->values, change->largest_change);
        changed.push_back(change->recomputed);
    }
    fmt::print("{} cases of the oracle recomputed, {} of them change; {} cases from elsewhere are not touched\n",
               recomputed, changed.size(), kept);
    if (changed.empty()) return exit_pass;
    if (!confirmed(options)) return usage_error("nothing was written");
    for (golden::GoldenCase& golden : changed)
        if (const Expected<Done> done = golden::save_golden_case(std::move(golden)); !done)
            return usage_error(done.problem());
    return exit_pass;
}

struct NewInputs {
    Case inputs;
    std::string source;
};

// From a replay token, or the contract's everyday data at the given sizes.
Expected<NewInputs> new_inputs(const GoldenOptions& options, const Contract& contract) {
    if (!options.token.empty()) {
        const Expected<ReplayToken> token = parse_token(options.token);
        if (!token) return Problem{token.problem()};
        if (token->contract != &contract)
            return Problem{fmt::format("the token is of {}, the new case of {}", token->contract->op, contract.op)};
        return NewInputs{decode_case(contract, token->bytes, {}),
                         fmt::format("the contract's oracle, on {}", options.token)};
    }
    const Expected<golden::Sizes> sizes = golden::parse_sizes(contract, options.sizes);
    if (!sizes) return Problem{sizes.problem()};
    Expected<Case> inputs = golden::typical_case(contract, *sizes, options.seed);
    if (!inputs) return Problem{fmt::format("--sizes {}: {}", options.sizes, inputs.problem())};
    return NewInputs{std::move(*inputs),
                     fmt::format("the contract's oracle, on its everyday data, seed {}", options.seed)};
}

int add(const GoldenOptions& options) {
    const Contract* contract = find_contract(options.op);
    if (contract == nullptr)
        return usage_error(fmt::format("there is no op '{}'; see 'brickproof list'", options.op));
    Expected<NewInputs> made = new_inputs(options, *contract);
    if (!made) return usage_error(made.problem());
    const fs::path directory = options.directory.empty() ? "golden" : options.directory;
    if (!fs::is_directory(directory))
        return usage_error(fmt::format("there is no folder {}; pass one as --golden DIR", directory.string()));
    Expected<golden::GoldenCase> golden = golden::oracle_case(*contract, std::move(made->inputs), options.new_case,
                                                              std::move(made->source), directory);
    if (!golden) return usage_error(golden.problem());
    const std::string folder = golden->folder.string();
    if (const Expected<Done> done = golden::save_golden_case(std::move(*golden)); !done)
        return usage_error(done.problem());
    fmt::print("made {}\n", folder);
    return exit_pass;
}

int list(const GoldenOptions& options) {
    const Expected<golden::GoldenSet> set = load_cases(options.directory, options.op);
    if (!set) return usage_error(set.problem());
    for (const golden::GoldenCase& golden : set->cases) {
        const golden::Manifest& manifest = golden.manifest;
        fmt::print("{:<18}{:<32}{:<7}{:<13}{}\n", manifest.op, manifest.name, name_of(manifest.comparison),
                   name_of(manifest.origin), manifest.source);
    }
    return report_problems(set->problems);
}

using Options = std::shared_ptr<GoldenOptions>;

CLI::App& add_verb(CLI::App& golden, const char* name, const char* says, int& exit_code,
                   int (*run)(const GoldenOptions&), const Options& options) {
    CLI::App* verb = golden.add_subcommand(name, says);
    verb->add_option("--golden", options->directory, "The folder of golden cases")->type_name("DIR");
    verb->callback([&exit_code, run, options] { exit_code = run(*options); });
    return *verb;
}

void add_op_option(CLI::App& verb, const Options& options) {
    verb.add_option("--op", options->op, "Only ops that match")->type_name("GLOB")->capture_default_str();
}

}  // namespace

void add_golden_command(CLI::App& app, int& exit_code) {
    const auto options = std::make_shared<GoldenOptions>();
    CLI::App* golden = app.add_subcommand("golden", "Pinned values: hold kernels to them, or renew the oracle's");
    golden->require_subcommand(1);

    options->kernels.add_options(
        add_verb(*golden, "check", "Runs kernels on all golden cases", exit_code, check, options));

    CLI::App& update_verb = add_verb(*golden, "update", "Recomputes the expectations that come from the oracle",
                                     exit_code, update, options);
    add_op_option(update_verb, options);
    update_verb.add_flag("--yes", options->yes, "Writes without asking");

    CLI::App& add_verb_ =
        add_verb(*golden, "add", "Makes a case whose expectation is the oracle's", exit_code, add, options);
    add_verb_.add_option("OP", options->op, "The op, such as q8_0.dot")->required();
    add_verb_.add_option("CASE", options->new_case, "The new case's name")->required();
    CLI::Option* sizes =
        add_verb_.add_option("--sizes", options->sizes, "Everyday data of these sizes")->type_name("N,...");
    add_verb_.add_option("--seed", options->seed, "Of the everyday data")->capture_default_str();
    add_verb_.add_option("--token", options->token, "The case of a replay token")->excludes(sizes);

    add_op_option(add_verb(*golden, "list", "Lists the golden cases", exit_code, list, options), options);
}

}  // namespace brickproof::cli
