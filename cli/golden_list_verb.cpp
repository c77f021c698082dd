// brickproof golden list: the cases, how they are compared, where they come from.
#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "golden_verbs.hpp"

namespace brickproof::cli {
namespace {

int list(const GoldenSelection& selection) {
    const Expected<LoadedSet> loaded = load(selection);
    if (!loaded) return usage_error(loaded.problem());
    for (const golden::GoldenCase& golden : loaded->set.cases)
        fmt::print("{:<18}{:<32}{:<7}{:<15}{}\n", golden.contract->op, golden.info.name,
                   name_of(golden.info.comparison), name_of(golden.info.origin), golden.info.source);
    return report_problems(loaded->set.problems);
}

}  // namespace

void add_golden_list(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<GoldenSelection>();
    CLI::App* verb = golden.add_subcommand("list", "Lists the golden cases: comparison, kind, source");
    options->add_op(*verb);
    options->add_case(*verb);
    options->add_directory(*verb);
    verb->callback([options, &exit_code] { exit_code = list(*options); });
}

}  // namespace brickproof::cli
