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

Expected<LoadedSet> load(const GoldenSelection& selection, golden::ContractVersion accepted) {
    const Expected<fs::path> found = golden::find_golden_directory(selection.directory);
    if (!found) return Problem{found.problem()};
    const auto wanted = [&](std::string_view op, std::string_view name) {
        return matches(selection.op, op) && matches(selection.case_name, name);
    };
    LoadedSet loaded{*found, golden::load_golden_set(*found, wanted, accepted), {}};
    const Expected<golden::Index> index = golden::read_index(*found);
    if (index)
        loaded.disagreements = golden::disagreements(*found, *index, loaded.set, wanted);
    else
        loaded.set.problems.push_back(index.problem());
    if (loaded.set.cases.empty() && loaded.set.problems.empty() && loaded.disagreements.empty())
        return Problem{fmt::format("{} holds no golden case that matches --op '{}' --case '{}'", found->string(),
                                   selection.op, selection.case_name)};
    return loaded;
}

Expected<LoadedCase> load_one(const GoldenSelection& selection, const std::string& name) {
    const std::size_t slash = name.find('/');
    const std::string stem = slash == std::string::npos ? "" : golden::stem_of(name.substr(0, slash));
    const Contract* contract = golden::contract_of_stem(stem);
    GoldenSelection narrowed = selection;
    narrowed.op = contract == nullptr ? (stem.empty() ? "*" : stem) : std::string(contract->op);
    narrowed.case_name = slash == std::string::npos ? name : name.substr(slash + 1);
    Expected<LoadedSet> loaded = load(narrowed);
    const Problem none{fmt::format("there is no golden case '{}'; see 'brickproof golden list'", name)};
    if (!loaded) return golden::find_golden_directory(selection.directory) ? none : Problem{loaded.problem()};
    std::vector<golden::GoldenCase>& cases = loaded->set.cases;
    if (cases.empty()) return loaded->set.problems.empty() ? none : Problem{loaded->set.problems.front()};
    if (cases.size() > 1)
        return Problem{fmt::format("'{}' is a case of several ops; say which, such as {}", name,
                                   golden::id_of(cases.front()))};
    LoadedCase one{std::move(cases.front()), {}, {}};
    one.file = golden::file_of_stem(loaded->directory, golden::stem_of(one.golden.contract->op));
    for (const golden::Disagreement& each : loaded->disagreements) one.disagreements.push_back(each.sentence);
    return one;
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
    verb.add_option("--why", why, "Why the values change; stored with the case")->type_name("TEXT");
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
    add_golden_remove(*golden, exit_code);
    add_golden_explain(*golden, exit_code);
    add_golden_list(*golden, exit_code);
}

}  // namespace brickproof::cli
