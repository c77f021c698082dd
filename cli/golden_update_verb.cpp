// brickproof golden update: renews the oracle's expectations. golden record: takes over what was changed by hand.
#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "cases/golden_update.hpp"
#include "cases/provenance.hpp"
#include "golden_verbs.hpp"

namespace brickproof::cli {
namespace {

struct UpdateOptions {
    GoldenSelection golden;
    Consent consent;
    std::vector<std::string> names;  // of record
};

int update(const UpdateOptions& options) {
    if (const auto allowed = allowed_here(options.consent); !allowed) return usage_error(allowed.problem());
    const Expected<LoadedSet> loaded = load(options.golden);
    if (!loaded) return usage_error(loaded.problem());
    std::vector<std::string> problems = loaded->set.problems;
    for (std::string& sentence : golden::unrecorded_changes(loaded->directory, loaded->set.cases))
        problems.push_back(std::move(sentence));
    if (report_problems(problems) != exit_pass)
        return usage_error("nothing is updated while a case is not as it should be");
    std::vector<golden::Change> changes;
    std::size_t kept = 0;
    std::size_t recomputed = 0;
    for (const golden::GoldenCase& golden : loaded->set.cases) {
        Expected<golden::Change> change = golden::recompute(golden);
        if (!change) {
            ++kept;
            continue;
        }
        ++recomputed;
        if (change->from_old->moved > 0) changes.push_back(std::move(*change));
    }
    fmt::print("cases of the oracle: {} recomputed, {} of them change; {} from elsewhere are not touched\n",
               recomputed, changes.size(), kept);
    return show_and_write(loaded->directory, changes, options.consent, "the oracle gives other values");
}

int record(const UpdateOptions& options) {
    if (const auto allowed = allowed_here(options.consent); !allowed) return usage_error(allowed.problem());
    if (options.consent.why.empty())
        return usage_error("say why the files were changed: --why TEXT goes into the line of provenance");
    const Expected<std::filesystem::path> directory = golden::find_golden_directory(options.golden.directory);
    if (!directory) return usage_error(directory.problem());
    std::vector<golden::Change> changes;
    for (const std::string& name : options.names) {
        const Expected<golden::GoldenCase> golden = load_one(options.golden, name, golden::ContractVersion::any);
        if (!golden) return usage_error(golden.problem());
        const bool is_current = golden->manifest.contract_version == golden->contract->version;
        if (is_current && golden::unrecorded_changes(*directory, std::span(&*golden, 1)).empty()) {
            fmt::print("{}: its provenance is complete\n", name);
            continue;
        }
        changes.push_back(golden::record(*golden));
    }
    return show_and_write(*directory, changes, options.consent, options.consent.why);
}

}  // namespace

void add_golden_update(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<UpdateOptions>();
    CLI::App* verb = golden.add_subcommand("update", "Recomputes the expectations that come from the oracle");
    options->golden.add_op(*verb);
    options->golden.add_case(*verb);
    options->golden.add_directory(*verb);
    options->consent.add_options(*verb);
    verb->callback([options, &exit_code] { exit_code = update(*options); });
}

void add_golden_record(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<UpdateOptions>();
    CLI::App* verb = golden.add_subcommand(
        "record", "Takes over cases that were changed by hand, or are of an older contract version");
    verb->add_option("CASE", options->names, "Such as softmax/n33")->required();
    options->golden.add_directory(*verb);
    options->consent.add_options(*verb);
    verb->callback([options, &exit_code] { exit_code = record(*options); });
}

}  // namespace brickproof::cli
