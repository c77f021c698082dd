// brickproof golden add: new cases, from a replay token, from arrays, from a guest, from a list.
#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "cases/golden_add.hpp"
#include "cases/golden_update.hpp"
#include "engine/replay_token.hpp"
#include "golden_verbs.hpp"
#include "judge/plugin.hpp"
#include "kernel_selection.hpp"

namespace brickproof::cli {
namespace {

namespace fs = std::filesystem;

struct AddOptions {
    GoldenSelection golden;
    Consent consent;
    std::string op;
    std::string name;
    std::string sizes;
    std::uint64_t seed = 1;
    std::string token;
    std::vector<std::string> inputs;   // NAME=FILE
    std::vector<std::string> outputs;  // NAME=FILE
    std::vector<std::string> masks;    // NAME=FILE
    std::string source;
    std::string kind = "independent";
    std::string comparison = "bound";
    std::string plugin;
    std::string variant = "*";
    std::string list;
    bool replace = false;
};

Expected<Done> read_arrays(const std::vector<std::string>& texts, const char* option,
                           std::map<std::string, golden::Tensor>& arrays) {
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            return Problem{fmt::format("{} takes NAME=FILE, such as {} x=x.npy, not '{}'", option, option, text)};
        Expected<golden::Tensor> tensor = golden::read_array(text.substr(equals + 1));
        if (!tensor) return Problem{tensor.problem()};
        if (!arrays.emplace(text.substr(0, equals), std::move(*tensor)).second)
            return Problem{fmt::format("{} {} is given twice", option, text.substr(0, equals))};
    }
    return Done{};
}

Expected<golden::Given> given_by(const AddOptions& options, const Contract& contract) {
    golden::Given given{.name = options.name,
                        .origin = *golden::origin_named(options.kind),
                        .source = options.source,
                        .comparison = *golden::comparison_named(options.comparison)};
    if (!options.sizes.empty()) {
        const Expected<golden::Sizes> sizes = golden::parse_sizes(contract, options.sizes);
        if (!sizes) return Problem{sizes.problem()};
        given.sizes = *sizes;
    }
    if (const auto read = read_arrays(options.inputs, "--input", given.inputs); !read)
        return Problem{read.problem()};
    if (const auto read = read_arrays(options.outputs, "--output", given.outputs); !read)
        return Problem{read.problem()};
    if (const auto read = read_arrays(options.masks, "--mask", given.masks); !read) return Problem{read.problem()};
    return given;
}

struct NewInputs {
    Case inputs;
    std::string says;  // where they come from
};

// From arrays, from a replay token, or the contract's everyday data at the given sizes.
Expected<NewInputs> new_inputs(const AddOptions& options, const Contract& contract) {
    if (!options.inputs.empty()) {
        const Expected<golden::Given> given = given_by(options, contract);
        if (!given) return Problem{given.problem()};
        Expected<Case> inputs = golden::inputs_of_arrays(contract, *given);
        if (!inputs) return Problem{inputs.problem()};
        return NewInputs{std::move(*inputs), options.source.empty() ? "inputs from files" : options.source};
    }
    if (!options.token.empty()) {
        const Expected<ReplayToken> token = parse_token(options.token);
        if (!token) return Problem{token.problem()};
        if (token->contract != &contract)
            return Problem{fmt::format("the token is of {}, the new case of {}", token->contract->op, contract.op)};
        return NewInputs{decode_case(contract, token->bytes, {}), options.token};
    }
    const Expected<golden::Sizes> sizes = golden::parse_sizes(contract, options.sizes);
    if (!sizes) return Problem{sizes.problem()};
    Expected<Case> inputs = golden::typical_case(contract, *sizes, options.seed);
    if (!inputs) return Problem{fmt::format("--sizes {}: {}", options.sizes, inputs.problem())};
    return NewInputs{std::move(*inputs), fmt::format("its everyday data, seed {}", options.seed)};
}

Expected<Kernel> guest_of(const AddOptions& options, const Contract& contract) {
    KernelSelection selection;
    selection.plugins = {options.plugin};
    selection.op = contract.op;
    selection.variant = options.variant;
    const Expected<std::vector<Kernel>> kernels = selection.select();
    if (!kernels) return Problem{kernels.problem()};
    if (kernels->size() > 1)
        return Problem{fmt::format("{} has {} kernels of {}; choose one with --variant", options.plugin,
                                   kernels->size(), contract.op)};
    return kernels->front();
}

// A new case, and what gives its values.
struct Made {
    golden::GoldenCase golden;
    std::string by;
};

Expected<Made> made_of_arrays(const AddOptions& options, const Contract& contract, const fs::path& directory) {
    if (options.source.empty())
        return Problem{"say where the values come from: --source TEXT goes into the manifest and the provenance"};
    Expected<golden::Given> given = given_by(options, contract);
    if (!given) return Problem{given.problem()};
    Expected<golden::GoldenCase> golden = golden::case_of_arrays(contract, std::move(*given), directory);
    if (!golden) return Problem{golden.problem()};
    return Made{std::move(*golden), options.source};
}

Expected<Made> made(const AddOptions& options, const Contract& contract, const fs::path& directory) {
    if (!options.outputs.empty()) return made_of_arrays(options, contract, directory);
    Expected<NewInputs> inputs = new_inputs(options, contract);
    if (!inputs) return Problem{inputs.problem()};
    if (options.plugin.empty()) {
        const std::string by = fmt::format("the contract's oracle, on {}", inputs->says);
        auto golden = golden::case_of_oracle(contract, std::move(inputs->inputs), options.name, by, directory);
        if (!golden) return Problem{golden.problem()};
        return Made{std::move(*golden), by};
    }
    const Expected<Kernel> kernel = guest_of(options, contract);
    if (!kernel) return Problem{kernel.problem()};
    const std::string by = fmt::format("{}, variant {} ({}), on {}", kernel->library, kernel->variant,
                                       fs::path(options.plugin).filename().string(), inputs->says);
    auto golden = golden::case_of_guest(*kernel, std::move(inputs->inputs), options.name, by, directory);
    if (!golden) return Problem{golden.problem()};
    return Made{std::move(*golden), by};
}

// The change that the case makes to the folder; nothing where it is there already, the same.
Expected<std::optional<golden::Change>> change_by(Made made, bool replace) {
    std::error_code error;
    const fs::path folder = made.golden.folder;
    if (!fs::exists(folder, error))
        return std::optional(golden::change_of(std::nullopt, std::move(made.golden), "added", std::move(made.by)));
    Expected<golden::GoldenCase> before = golden::load_golden_case(folder);
    if (!before) return Problem{before.problem()};
    golden::Change change =
        golden::change_of(std::move(*before), std::move(made.golden), "replaced", std::move(made.by));
    if (golden::changes_nothing(change)) return std::optional<golden::Change>{};
    if (!replace)
        return Problem{
            fmt::format("{} is there already, with other contents; --replace shows what would move and "
                        "puts the new case in its place",
                        folder.string())};
    return std::optional(std::move(change));
}

int write(const AddOptions& options, const fs::path& directory, std::vector<golden::Change> changes,
          std::size_t same) {
    Consent consent = options.consent;
    // What is new moves nothing that somebody relies on.
    consent.yes |= std::ranges::none_of(changes, [](const auto& change) { return change.before.has_value(); });
    if (same > 0) fmt::print("{} case{} there already, the same\n", same, same == 1 ? " is" : "s are");
    return show_and_write(directory, changes, consent, "a new case");
}

int add_list(const AddOptions& options, const fs::path& directory) {
    const Expected<golden::CaseList> list = golden::cases_of_list(options.list, directory);
    if (!list) return usage_error(list.problem());
    std::vector<std::string> problems = list->problems;
    std::vector<golden::Change> changes;
    std::size_t same = 0;
    for (const golden::GoldenCase& golden : list->cases) {
        Expected<std::optional<golden::Change>> change =
            change_by({golden, golden.manifest.source}, options.replace);
        if (!change)
            problems.push_back(change.problem());
        else if (*change)
            changes.push_back(std::move(**change));
        else
            ++same;
    }
    if (report_problems(problems) != exit_pass) return usage_error("nothing was written");
    return write(options, directory, std::move(changes), same);
}

Expected<Done> check_options(const AddOptions& options) {
    if (options.op.empty() || options.name.empty())
        return Problem{"golden add takes OP CASE, or --from LIST.json; see 'brickproof golden add --help'"};
    if (!options.outputs.empty() && (!options.plugin.empty() || !options.token.empty()))
        return Problem{"--output gives the expectation; it goes with --input, not with --kernels or --token"};
    if (!options.source.empty() && options.inputs.empty())
        return Problem{"--source says where --input and --output come from; for --sizes and --token it is known"};
    if (options.inputs.empty() && options.sizes.empty() && options.token.empty())
        return Problem{"say which inputs: --sizes N,..., --token TOKEN or --input NAME=FILE.npy"};
    return Done{};
}

int add(const AddOptions& options) {
    if (const auto allowed = allowed_here(options.consent); !allowed) return usage_error(allowed.problem());
    const fs::path directory = options.golden.directory.empty() ? "golden" : options.golden.directory;
    if (!fs::is_directory(directory))
        return usage_error(fmt::format("there is no folder {}; pass one as --golden DIR", directory.string()));
    if (!options.list.empty()) return add_list(options, directory);
    if (const auto checked = check_options(options); !checked) return usage_error(checked.problem());
    const Contract* contract = find_contract(options.op);
    if (contract == nullptr)
        return usage_error(fmt::format("there is no op '{}'; see 'brickproof list'", options.op));
    Expected<Made> new_case = made(options, *contract, directory);
    if (!new_case) return usage_error(new_case.problem());
    const std::string folder = new_case->golden.folder.string();
    Expected<std::optional<golden::Change>> change = change_by(std::move(*new_case), options.replace);
    if (!change) return usage_error(change.problem());
    if (!*change) return write(options, directory, {}, 1);
    const int result = write(options, directory, {std::move(**change)}, 0);
    if (result == exit_pass) fmt::print("made {}\n", folder);
    return result;
}

}  // namespace

void add_golden_add(CLI::App& golden, int& exit_code) {
    const auto options = std::make_shared<AddOptions>();
    CLI::App* verb = golden.add_subcommand(
        "add", "Makes a case: of the contract's oracle, of arrays computed elsewhere, of a guest's outputs");
    verb->add_option("OP", options->op, "The op, such as q8_0.dot");
    verb->add_option("CASE", options->name, "The new case's name");
    CLI::Option* sizes =
        verb->add_option("--sizes", options->sizes, "Sizes; without --input, of everyday data")->type_name("N,...");
    verb->add_option("--seed", options->seed, "Of the everyday data")->capture_default_str();
    CLI::Option* token =
        verb->add_option("--token", options->token, "The inputs of a replay token")->excludes(sizes);
    verb->add_option("--input", options->inputs, "An input, by its name in the op's signature")
        ->excludes(token)
        ->type_name("NAME=FILE.npy");
    CLI::Option* output =
        verb->add_option("--output", options->outputs, "The expectation: values that were computed elsewhere")
            ->type_name("NAME=FILE.npy");
    verb->add_option("--mask", options->masks, "By bits only: 1 where the output is compared")
        ->needs(output)
        ->type_name("NAME=FILE.npy");
    verb->add_option("--source", options->source, "Where the values come from")->type_name("TEXT");
    verb->add_option("--kind", options->kind, "What the source is")
        ->needs(output)
        ->check(CLI::IsMember({"independent", "standard"}))
        ->capture_default_str();
    verb->add_option("--comparison", options->comparison, "How kernels are compared with --output")
        ->needs(output)
        ->check(CLI::IsMember({"bound", "bits"}))
        ->capture_default_str();
    CLI::Option* kernels =
        verb->add_option("--kernels", options->plugin, "The expectation: what a kernel of this library gives")
            ->type_name("PATH");
    verb->add_option("--variant", options->variant, "Which of its kernels")->needs(kernels)->type_name("GLOB");
    verb->add_option("--from", options->list, "Many cases, listed in a file (golden/README.md)")
        ->type_name("LIST.json");
    verb->add_flag("--replace", options->replace, "Also cases that are there already: shows what moves, and asks");
    options->golden.add_directory(*verb);
    options->consent.add_options(*verb);
    verb->callback([options, &exit_code] { exit_code = add(*options); });
}

}  // namespace brickproof::cli
