// brickproof golden: the verbs, and what they share.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "commands.hpp"
#include "golden_verbs.hpp"
#include "kernel_selection.hpp"

namespace brickproof::cli {
namespace {

namespace fs = std::filesystem;

bool confirmed(const Consent& consent, std::size_t count) {
    if (consent.yes) return true;
    fmt::print("write {}? [y/N] ", count == 1 ? "it" : fmt::format("these {}", count));
    std::cout.flush();
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

// As CI servers set it: CI=true, CI=1.
bool in_ci() {
    const char* value = std::getenv("CI");
    const std::string_view text = value == nullptr ? "" : value;
    return !text.empty() && text != "false" && text != "0";
}

}  // namespace

void GoldenSelection::add_directory(CLI::App& verb) {
    verb.add_option("--golden", directory, "The folder of golden cases")->check(not_empty())->type_name("DIR");
}
void GoldenSelection::add_op(CLI::App& verb) {
    verb.add_option("--op", op, "Only ops that match")->type_name("GLOB")->capture_default_str();
}
void GoldenSelection::add_case(CLI::App& verb) {
    verb.add_option("--case", case_name, "Only cases that match")->type_name("GLOB")->capture_default_str();
}

Expected<LoadedSet> load(const GoldenSelection& selection) {
    const Expected<fs::path> found = golden::find_golden_directory(selection.directory);
    if (!found) return Problem{found.problem()};
    LoadedSet loaded{
        *found, golden::load_golden_set(*found, [&](std::string_view op) { return matches(selection.op, op); })};
    if (selection.case_name != "*")
        std::erase_if(loaded.set.cases, [&](const golden::GoldenCase& golden) {
            return !matches(selection.case_name, golden.manifest.name);
        });
    if (loaded.set.cases.empty() && loaded.set.problems.empty())
        return Problem{fmt::format("{} holds no golden case that matches --op '{}' --case '{}'", found->string(),
                                   selection.op, selection.case_name)};
    return loaded;
}

Expected<golden::GoldenCase> load_one(const GoldenSelection& selection, const std::string& name,
                                      golden::ContractVersion accepted) {
    const Expected<fs::path> directory = golden::find_golden_directory(selection.directory);
    if (!directory) return Problem{directory.problem()};
    const std::size_t slash = name.find('/');
    const std::string wanted_op = slash == std::string::npos ? "" : golden::stem_of(name.substr(0, slash));
    const std::string wanted = slash == std::string::npos ? name : name.substr(slash + 1);
    std::vector<fs::path> found;
    for (const Contract* contract : all_contracts()) {
        const std::string stem = golden::stem_of(contract->op);
        const fs::path folder = *directory / stem / wanted;
        std::error_code error;
        if ((wanted_op.empty() || wanted_op == stem) && !wanted.empty() && fs::is_directory(folder, error))
            found.push_back(folder);
    }
    if (found.empty())
        return Problem{
            fmt::format("{} holds no case '{}'; see 'brickproof golden list'", directory->string(), name)};
    if (found.size() > 1)
        return Problem{fmt::format("'{}' is a case of several ops; say which, such as {}/{}", name,
                                   found.front().parent_path().filename().string(), wanted)};
    return golden::load_golden_case(found.front(), accepted);
}

int report_problems(const std::vector<std::string>& problems) {
    for (const std::string& problem : problems) usage_error(problem);
    return problems.empty() ? exit_pass : exit_usage;
}

std::size_t default_jobs() {
    return std::max(1u, std::thread::hardware_concurrency());
}
void add_jobs_option(CLI::App& verb, std::size_t& jobs) {
    verb.add_option("--jobs", jobs, "Processes at once")->check(CLI::Range(1, 1024))->type_name("N");
}

void Consent::add_options(CLI::App& verb) {
    verb.add_flag("--yes", yes, "Writes without asking");
    verb.add_flag("--in-ci", in_ci, "Writes although the environment has CI=true");
    verb.add_option("--why", why, "For the line of provenance: why the values change")->type_name("TEXT");
    verb.add_option("--force", force, "Writes values outside the contract's bound; the reason is stored")
        ->type_name("REASON");
}

Expected<Done> allowed_here(const Consent& consent) {
    if (consent.in_ci || !in_ci()) return Done{};
    return Problem{
        "CI is set in the environment, and expectations are changed by people, who look at them; --in-ci does it "
        "nevertheless"};
}

int show_and_write(const fs::path& directory, const std::vector<golden::Change>& changes, const Consent& consent,
                   const std::string& why) {
    bool refused = false;
    for (const golden::Change& change : changes) {
        fmt::print("{}", show(change));
        std::fflush(stdout);
        const std::optional<std::string> reason = refusal(change);
        if (!reason || !consent.force.empty()) continue;
        usage_error(*reason);
        refused = true;
    }
    if (refused) return usage_error("nothing was written; --force REASON writes such values and stores the reason");
    if (changes.empty()) return exit_pass;
    if (!confirmed(consent, changes.size())) return usage_error("nothing was written");
    const golden::ChangeReason reason{consent.why.empty() ? why : consent.why, consent.force};
    if (const auto done = golden::write_changes(directory, changes, reason); !done)
        return usage_error(done.problem());
    fmt::print("{} case{} written\n", changes.size(), changes.size() == 1 ? "" : "s");
    return exit_pass;
}

void add_golden_command(CLI::App& app, int& exit_code) {
    CLI::App* golden = app.add_subcommand("golden", "Pinned values: hold kernels to them, compare, renew, explain");
    golden->require_subcommand(1);
    add_golden_check(*golden, exit_code);
    add_golden_diff(*golden, exit_code);
    add_golden_save(*golden, exit_code);
    add_golden_update(*golden, exit_code);
    add_golden_add(*golden, exit_code);
    add_golden_record(*golden, exit_code);
    add_golden_explain(*golden, exit_code);
    add_golden_list(*golden, exit_code);
    add_golden_pin(*golden, exit_code);
}

}  // namespace brickproof::cli
