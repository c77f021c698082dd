// brickproof golden list: the cases, how they are compared, where they come from, when they changed.
#include <fmt/format.h>

#include <map>
#include <memory>

#include "commands.hpp"
#include "cases/provenance.hpp"
#include "golden_verbs.hpp"

namespace brickproof::cli {
namespace {

int list(const GoldenSelection& selection) {
    const Expected<LoadedSet> loaded = load(selection);
    if (!loaded) return usage_error(loaded.problem());
    std::map<std::string, std::vector<golden::ProvenanceLine>> provenance;
    for (const golden::GoldenCase& golden : loaded->set.cases) {
        const golden::Manifest& manifest = golden.manifest;
        if (!provenance.contains(manifest.op)) {
            const auto lines = golden::read_provenance(loaded->directory, manifest.op);
            provenance[manifest.op] = lines ? *lines : std::vector<golden::ProvenanceLine>{};
        }
        const golden::ProvenanceLine* last = nullptr;
        for (const golden::ProvenanceLine& line : provenance[manifest.op])
            if (line.case_name == manifest.name && line.change != "pinned") last = &line;
        fmt::print("{:<18}{:<32}{:<7}{:<15}{:<21}{}\n", manifest.op, manifest.name, name_of(manifest.comparison),
                   name_of(manifest.origin),
                   last == nullptr ? "no provenance" : last->date.substr(0, 10) + " " + last->change,
                   manifest.source);
    }
    return report_problems(loaded->set.problems);
}

}  // namespace

void add_golden_list(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<GoldenSelection>();
    CLI::App* verb = golden.add_subcommand("list", "Lists the golden cases: comparison, kind, last change, source");
    options->add_op(*verb);
    options->add_case(*verb);
    options->add_directory(*verb);
    verb->callback([options, &exit_code] { exit_code = list(*options); });
}

}  // namespace brickproof::cli
