// brickproof golden diff: what moved. brickproof golden save: the outputs of a run, for a later diff.
#include <fmt/format.h>

#include <limits>
#include <memory>

#include "cases/golden_commit.hpp"
#include "cases/golden_diff.hpp"
#include "cases/golden_saved_run.hpp"
#include "commands.hpp"
#include "golden_verbs.hpp"
#include "kernel_selection.hpp"

namespace brickproof::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t cases_shown = 5;

struct DiffOptions {
    GoldenSelection golden;
    KernelSelection kernels;  // its op selects the cases, too
    std::vector<std::string> against;
    std::string against_variant = "*";
    std::vector<std::string> runs;
    std::vector<std::string> commits;
    std::size_t jobs = default_jobs();
    bool all_cases = false;
    bool exit_code = false;
    std::string textconv;
};

struct SaveOptions {
    GoldenSelection golden;
    KernelSelection kernels;
    std::string file;
    std::size_t jobs = default_jobs();
};

GoldenSelection selection_of(const GoldenSelection& golden, const KernelSelection& kernels) {
    GoldenSelection selection = golden;
    selection.op = kernels.op;
    return selection;
}

// What moved is no failure, except for a script that asks.
int print(const std::vector<golden::Difference>& differences, const DiffOptions& options, int damaged) {
    const std::size_t most = options.all_cases ? std::numeric_limits<std::size_t>::max() : cases_shown;
    std::size_t unmoved = 0;
    bool moved = false;
    for (const golden::Difference& difference : differences) {
        const bool quiet = difference.cases_moved == 0 && difference.sentences.empty();
        moved |= !quiet;
        unmoved += quiet;
        if (!quiet) fmt::print("{}", golden::show(difference, most));
    }
    if (unmoved > 0) fmt::print("nothing moved in {} of {} comparisons\n", unmoved, differences.size());
    if (damaged != exit_pass) return damaged;
    return moved && options.exit_code ? exit_fail : exit_pass;
}

// The oracle's own values should not have moved; of values from elsewhere it says how well the two agree.
int diff_oracle(const DiffOptions& options, const golden::GoldenSet& set, int damaged) {
    std::vector<golden::Difference> own;
    for (const Contract* contract : all_contracts())
        for (const golden::Origin origin : {golden::Origin::oracle, golden::Origin::independent,
                                            golden::Origin::standard, golden::Origin::implementation}) {
            golden::Difference difference = golden::from_oracle(contract->op, set.cases, origin);
            if (difference.cases == 0) continue;
            if (origin == golden::Origin::oracle)
                own.push_back(std::move(difference));
            else
                fmt::print("{}", golden::distance_line(difference));
        }
    return print(own, options, damaged);
}

Expected<std::vector<golden::KernelRun>> run_selected(const KernelSelection& selection,
                                                      const golden::GoldenSet& set, std::size_t jobs) {
    const Expected<std::vector<Kernel>> kernels = selection.select();
    if (!kernels) return Problem{kernels.problem()};
    return golden::run_kernels(*kernels, set.cases, jobs);
}

int diff_kernels(const DiffOptions& options, const golden::GoldenSet& set, int damaged) {
    const auto runs = run_selected(options.kernels, set, options.jobs);
    if (!runs) return usage_error(runs.problem());
    if (options.against.empty()) {
        std::vector<golden::Difference> differences;
        for (const golden::KernelRun& run : *runs) differences.push_back(golden::from_expectations(run));
        return print(differences, options, damaged);
    }
    KernelSelection against = options.kernels;
    against.plugins = options.against;
    against.variant = options.against_variant;
    const auto others = run_selected(against, set, options.jobs);
    if (!others) return usage_error(others.problem());
    return print(golden::between_all(*others, *runs), options, damaged);
}

int diff_runs(const DiffOptions& options, const golden::GoldenSet& set, int damaged) {
    std::vector<golden::SavedRun> saved;
    for (const std::string& file : options.runs) {
        Expected<golden::SavedRun> run = golden::load_run(file, set.cases);
        if (!run) return usage_error(run.problem());
        damaged = std::max(damaged, report_problems(run->problems));
        saved.push_back(std::move(*run));
    }
    if (saved.size() == 2) return print(golden::between_all(saved[0].kernels, saved[1].kernels), options, damaged);
    const auto now = run_selected(options.kernels, set, options.jobs);
    if (!now) return usage_error(now.problem());
    return print(golden::between_all(saved[0].kernels, *now), options, damaged);
}

// The cases of a commit. They are in memory: the unpacked folder is gone again.
Expected<golden::GoldenSet> set_of_commit(const fs::path& directory, const std::string& commit,
                                          const std::string& op) {
    const auto unpacked = golden::golden_of_commit(directory, commit);
    if (!unpacked) return Problem{unpacked.problem()};
    return golden::load_golden_set(
        unpacked->path() / "golden", [&](std::string_view name, std::string_view) { return matches(op, name); },
        golden::ContractVersion::any);
}

int diff_commits(const DiffOptions& options, LoadedSet& loaded) {
    const std::string& op = options.kernels.op;
    const auto before = set_of_commit(loaded.directory, options.commits[0], op);
    if (!before) return usage_error(before.problem());
    int damaged = report_problems(before->problems);
    if (options.commits.size() == 2) {
        Expected<golden::GoldenSet> after = set_of_commit(loaded.directory, options.commits[1], op);
        if (!after) return usage_error(after.problem());
        loaded.set = std::move(*after);
        damaged = std::max(damaged, report_problems(loaded.set.problems));
    }
    return print(golden::between_sets(before->cases, loaded.set.cases), options, damaged);
}

// For git: a file that is damaged is text, too, or the difference of two commits could not be shown.
int textconv(const std::string& path) {
    const Expected<golden::GoldenFile> file = golden::read_golden_file(path);
    fmt::print("{}", file ? golden::readable_text(*file) : file.problem() + "\n");
    return exit_pass;
}

int diff(const DiffOptions& options) {
    if (!options.textconv.empty()) return textconv(options.textconv);
    const bool of_kernels = !options.kernels.plugins.empty() || options.kernels.variant != "*" ||
                            !options.against.empty() || options.against_variant != "*";
    if (!options.commits.empty() && (of_kernels || !options.runs.empty()))
        return usage_error(
            "--commit compares the golden cases of commits; it goes with no kernels and no saved runs");
    if (options.runs.size() == 2 && of_kernels)
        return usage_error("two saved runs are compared as they are; --kernels and --variant go with one of them");
    Expected<LoadedSet> loaded = load(selection_of(options.golden, options.kernels));
    if (!loaded) return usage_error(loaded.problem());
    const int damaged = report_problems(loaded->set.problems);
    if (!options.commits.empty()) return diff_commits(options, *loaded);
    if (!options.runs.empty()) return diff_runs(options, loaded->set, damaged);
    DiffOptions with_sides = options;
    // A variant against another needs a second side: our own library, unless one is named.
    if (options.against.empty() && options.against_variant != "*") with_sides.against = {"builtin"};
    if (of_kernels) return diff_kernels(with_sides, loaded->set, damaged);
    return diff_oracle(options, loaded->set, damaged);
}

int save(const SaveOptions& options) {
    Expected<LoadedSet> loaded = load(selection_of(options.golden, options.kernels));
    if (!loaded) return usage_error(loaded.problem());
    const int damaged = report_problems(loaded->set.problems);
    const auto runs = run_selected(options.kernels, loaded->set, options.jobs);
    if (!runs) return usage_error(runs.problem());
    if (const auto done = golden::save_run(options.file, *runs); !done) return usage_error(done.problem());
    std::size_t cases = 0;
    for (const golden::KernelRun& run : *runs) cases += run.cases.size();
    fmt::print("saved what {} kernels give on {} cases to {}\n", runs->size(), cases, options.file);
    return damaged;
}

}  // namespace

void add_golden_diff(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<DiffOptions>();
    CLI::App* verb = golden.add_subcommand(
        "diff",
        "What moved: the oracle from its stored values, kernels from expectations or from each other, runs, "
        "commits");
    verb->add_option("RUN", options->runs, "Saved runs: two, or one and a run of now")->expected(0, 2);
    options->kernels.add_options(*verb);
    verb->add_option("--against", options->against, "The kernels that --kernels are compared with")
        ->type_name("PATH");
    verb->add_option("--against-variant", options->against_variant, "Of these, only variants that match")
        ->type_name("GLOB");
    verb->add_option("--commit", options->commits, "The golden cases of a commit, with those of a second or of now")
        ->expected(1, 2)
        ->type_name("COMMIT");
    verb->add_option("--textconv", options->textconv,
                     "Prints a golden file as text, for git diff (golden/README.md)")
        ->type_name("FILE");
    verb->add_flag("--all-cases", options->all_cases, "Every case that moved, not only the first");
    verb->add_flag("--exit-code", options->exit_code, "Exit with 1 where anything moved");
    options->golden.add_case(*verb);
    options->golden.add_directory(*verb);
    add_jobs_option(*verb, options->jobs);
    verb->callback([options, &exit_code] { exit_code = diff(*options); });
}

void add_golden_save(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<SaveOptions>();
    CLI::App* verb = golden.add_subcommand("save", "Saves what kernels give on the golden cases, for a later diff");
    verb->add_option("FILE", options->file, "A new file, such as before.npz")->required();
    options->kernels.add_options(*verb);
    options->golden.add_case(*verb);
    options->golden.add_directory(*verb);
    add_jobs_option(*verb, options->jobs);
    verb->callback([options, &exit_code] { exit_code = save(*options); });
}

}  // namespace brickproof::cli
