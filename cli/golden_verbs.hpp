// The verbs of `brickproof golden`, a file each (save beside diff, remove beside update), and what they share.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "cases/golden_case.hpp"
#include "cases/golden_change.hpp"
#include "cases/golden_index.hpp"
#include "engine/expected.hpp"

namespace brickproof::cli {

void add_golden_check(CLI::App& golden, int& exit_code);
void add_golden_diff(CLI::App& golden, int& exit_code);
void add_golden_save(CLI::App& golden, int& exit_code);
void add_golden_update(CLI::App& golden, int& exit_code);
void add_golden_remove(CLI::App& golden, int& exit_code);
void add_golden_add(CLI::App& golden, int& exit_code);
void add_golden_explain(CLI::App& golden, int& exit_code);
void add_golden_list(CLI::App& golden, int& exit_code);

// Which golden cases a verb works on.
struct GoldenSelection {
    std::string directory;
    std::string op = "*";  // globs
    std::string case_name = "*";

    void add_directory(CLI::App& verb);
    void add_op(CLI::App& verb);
    void add_case(CLI::App& verb);
};

struct LoadedSet {
    std::filesystem::path directory;
    golden::GoldenSet set;
    std::vector<golden::Disagreement> disagreements;  // with the index
};
// Nothing that matches is a problem.
Expected<LoadedSet> load(const GoldenSelection& selection,
                         golden::ContractVersion accepted = golden::ContractVersion::current);
// "OP/CASE" or "CASE": the one case of this name, or why there is none.
struct LoadedCase {
    golden::GoldenCase golden;
    std::filesystem::path file;
    std::vector<std::string> disagreements;  // sentences
};
Expected<LoadedCase> load_one(const GoldenSelection& selection, const std::string& name);

// One sentence each to standard error; exit_usage where there is any, else exit_pass.
int report_problems(const std::vector<std::string>& problems);

void add_jobs_option(CLI::App& verb, std::size_t& jobs);
std::size_t default_jobs();

// What decides whether a change to expectations is written.
struct Consent {
    bool yes = false;
    bool in_ci = false;
    std::string why;
    std::string force;

    void add_options(CLI::App& verb);
};
// In CI expectations are checked, not changed: the sentence that says so, where it applies.
Expected<Done> allowed_here(const Consent& consent);
// Shows the changes, refuses those that need a reason, asks, writes. Returns the exit code.
int show_and_write(const std::filesystem::path& directory, const std::vector<golden::Change>& changes,
                   const Consent& consent, const std::string& why);

}  // namespace brickproof::cli
