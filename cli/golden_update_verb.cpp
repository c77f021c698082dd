// brickproof golden update: renews the oracle's expectations and the pins. golden remove: takes cases off.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "cases/golden_update.hpp"
#include "commands.hpp"
#include "golden_verbs.hpp"

namespace brickproof::cli {
namespace {

struct UpdateOptions {
    GoldenSelection golden;
    Consent consent;
    bool accept = false;
};

// What an update makes of a set, and the sentences that speak against it.
struct Renewal {
    std::vector<golden::Change> changes;
    std::vector<std::string> problems;
    std::size_t recomputed = 0;
    std::size_t kept = 0;
};

Renewal renewal_of(const LoadedSet& loaded, bool accept) {
    Renewal renewal{.changes = {}, .problems = loaded.set.problems};
    std::map<std::string, std::string> disagreements;
    for (const golden::Disagreement& each : loaded.disagreements) disagreements[each.name] = each.sentence;
    for (const golden::GoldenCase& golden : loaded.set.cases) {
        const Expected<golden::GoldenCase> now = golden::renewed(golden);
        if (!now) {
            renewal.problems.push_back(now.problem());
            continue;
        }
        const bool computed =
            golden.info.origin == golden::Origin::oracle || golden.info.origin == golden::Origin::pinned;
        ++(computed ? renewal.recomputed : renewal.kept);
        golden::Change change = golden::change_of(golden, *now);
        const auto disagreement = disagreements.extract(golden::id_of(golden));
        const bool same = golden::changes_nothing(change);
        // What is as it is recomputed needs nobody's word; an update that was killed before the index is finished
        // so.
        if (!disagreement.empty() && !accept && !(computed && same))
            renewal.problems.push_back(disagreement.mapped());
        if (!same || !disagreement.empty()) renewal.changes.push_back(std::move(change));
    }
    for (const auto& [name, sentence] : disagreements) renewal.problems.push_back(sentence);
    return renewal;
}

int update(const UpdateOptions& options) {
    if (const auto allowed = allowed_here(options.consent); !allowed) return usage_error(allowed.problem());
    const Expected<LoadedSet> loaded = load(options.golden, golden::ContractVersion::any);
    if (!loaded) return usage_error(loaded.problem());
    const Renewal renewal = renewal_of(*loaded, options.accept);
    if (report_problems(renewal.problems) != exit_pass)
        return usage_error("nothing is updated while a case is not as it should be");
    fmt::print("{} case{} recomputed (of the oracle, pinned), {} from elsewhere; {} to be written\n",
               renewal.recomputed, renewal.recomputed == 1 ? "" : "s", renewal.kept, renewal.changes.size());
    return show_and_write(loaded->directory, renewal.changes, options.consent,
                          options.accept ? "taken over as it is" : "recomputed");
}

struct RemoveOptions {
    GoldenSelection golden;
    std::vector<std::string> names;
};

// "softmax/n33", or all of "softmax": those in the file and those in the index.
Expected<std::set<std::string>> cases_to_remove(const std::filesystem::path& directory, const std::string& given) {
    const std::size_t slash = given.find('/');
    const std::string stem = golden::stem_of(given.substr(0, slash));
    const std::string one = slash == std::string::npos ? "" : given.substr(slash + 1);
    std::set<std::string> names;
    const Expected<golden::Index> index = golden::read_index(directory);
    if (!index) return Problem{index.problem()};
    for (const auto& [name, digest] : *index)
        if (name.starts_with(stem + "/")) names.insert(name);
    const std::filesystem::path path = golden::file_of_stem(directory, stem);
    if (std::error_code error; std::filesystem::exists(path, error)) {
        const Expected<golden::GoldenFile> file = golden::read_golden_file(path);
        if (!file) return Problem{file.problem()};
        for (const golden::FileCase& each : file->cases) names.insert(stem + "/" + each.info.name);
    }
    if (!one.empty()) std::erase_if(names, [&](const std::string& name) { return name != stem + "/" + one; });
    if (names.empty())
        return Problem{fmt::format("there is no golden case '{}'; see 'brickproof golden list'", given)};
    return names;
}

int remove(const RemoveOptions& options) {
    if (const auto allowed = allowed_here({}); !allowed) return usage_error(allowed.problem());
    const Expected<std::filesystem::path> directory = golden::find_golden_directory(options.golden.directory);
    if (!directory) return usage_error(directory.problem());
    std::set<std::string> all;
    for (const std::string& given : options.names) {
        Expected<std::set<std::string>> names = cases_to_remove(*directory, given);
        if (!names) return usage_error(names.problem());
        all.merge(*names);
    }
    if (const auto done = golden::remove_cases(*directory, all); !done) return usage_error(done.problem());
    fmt::print("{} case{} removed\n", all.size(), all.size() == 1 ? "" : "s");
    return exit_pass;
}

}  // namespace

void add_golden_update(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<UpdateOptions>();
    CLI::App* verb = golden.add_subcommand(
        "update", "Recomputes the expectations that come from the oracle, and the pins of our own scalar kernels");
    options->golden.add_op(*verb);
    options->golden.add_case(*verb);
    options->golden.add_directory(*verb);
    options->consent.add_options(*verb);
    verb->add_flag("--accept", options->accept, "Also takes over cases that were changed or added by other means");
    verb->callback([options, &exit_code] { exit_code = update(*options); });
}

void add_golden_remove(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<RemoveOptions>();
    CLI::App* verb = golden.add_subcommand("remove", "Takes cases off, on purpose, from their file and the index");
    verb->add_option("CASE", options->names, "Such as softmax/n33, or softmax for all of them")->required();
    options->golden.add_directory(*verb);
    verb->callback([options, &exit_code] { exit_code = remove(*options); });
}

}  // namespace brickproof::cli
