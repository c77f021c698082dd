// brickproof golden pin: pins the bits of our own scalar kernels.
#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "cases/golden_pins.hpp"
#include "golden_verbs.hpp"

namespace brickproof::cli {
namespace {

struct PinOptions {
    GoldenSelection golden;
    std::string why;
    std::size_t jobs = default_jobs();
};

int pin(const PinOptions& options) {
    const Expected<LoadedSet> loaded = load(options.golden);
    if (!loaded) return usage_error(loaded.problem());
    if (report_problems(loaded->set.problems) != exit_pass)
        return usage_error("nothing is pinned while a case is damaged");
    const auto said = golden::write_pins(loaded->directory, loaded->set.cases, options.why, options.jobs);
    if (!said) return usage_error(said.problem());
    for (const std::string& sentence : *said) fmt::print("{}\n", sentence);
    fmt::print("{} of {} pins are new or moved\n", said->size(), loaded->set.cases.size());
    return exit_pass;
}

}  // namespace

void add_golden_pin(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<PinOptions>();
    options->golden.case_name = "oracle_*";
    CLI::App* verb = golden.add_subcommand(
        "pin", "Pins the bits that our own scalar kernels give now, to see later whether anything moved");
    options->golden.add_op(*verb);
    options->golden.add_case(*verb);
    options->golden.add_directory(*verb);
    add_jobs_option(*verb, options->jobs);
    verb->add_option("--why", options->why, "For the line of provenance")->required()->type_name("TEXT");
    verb->callback([options, &exit_code] { exit_code = pin(*options); });
}

}  // namespace brickproof::cli
