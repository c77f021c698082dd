// brickproof golden add: new cases, from a replay token, from arrays, from a guest, from golden files.
#include <fmt/format.h>

#include <memory>

#include "cases/golden_add.hpp"
#include "cases/golden_update.hpp"
#include "commands.hpp"
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
    std::vector<std::string> lists;
    bool bits = false;
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

Expected<golden::GoldenCase> made_of_arrays(const AddOptions& options, const Contract& contract) {
    if (options.source.empty())
        return Problem{"say where the values come from: --source TEXT is stored with the case"};
    Expected<golden::Given> given = given_by(options, contract);
    if (!given) return Problem{given.problem()};
    return golden::case_of_arrays(contract, std::move(*given));
}

Expected<golden::GoldenCase> made(const AddOptions& options, const Contract& contract) {
    if (!options.outputs.empty()) return made_of_arrays(options, contract);
    Expected<NewInputs> inputs = new_inputs(options, contract);
    if (!inputs) return Problem{inputs.problem()};
    if (options.bits)
        return golden::case_of_pin(contract, std::move(inputs->inputs), options.name,
                                   fmt::format("our own scalar kernel, on {}", inputs->says));
    if (options.plugin.empty())
        return golden::case_of_oracle(contract, std::move(inputs->inputs), options.name,
                                      fmt::format("the contract's oracle, on {}", inputs->says));
    const Expected<Kernel> kernel = guest_of(options, contract);
    if (!kernel) return Problem{kernel.problem()};
    const std::string source = fmt::format("{}, variant {} ({}), on {}", kernel->library, kernel->variant,
                                           fs::path(options.plugin).filename().string(), inputs->says);
    return golden::case_of_guest(*kernel, std::move(inputs->inputs), options.name, source);
}

// The change that the case makes to the folder; nothing where it is there already, the same, and listed.
Expected<std::optional<golden::Change>> change_by(golden::GoldenCase made, const LoadedSet& there, bool replace) {
    const std::string id = golden::id_of(made);
    const std::string stem = golden::stem_of(made.contract->op);
    if (there.set.unread.contains(id) || there.set.unread.contains(stem))
        return Problem{fmt::format("{} is not changed while its file is not as it should be", id)};
    const auto old = std::ranges::find(there.set.cases, id, golden::id_of);
    if (old == there.set.cases.end()) return std::optional(golden::change_of(std::nullopt, std::move(made)));
    golden::Change change = golden::change_of(*old, std::move(made));
    const bool listed = std::ranges::count(there.disagreements, id, &golden::Disagreement::name) == 0;
    if (golden::changes_nothing(change) && listed) return std::optional<golden::Change>{};
    if (!golden::changes_nothing(change) && !replace)
        return Problem{
            fmt::format("{} is there already, with other contents; --replace shows what would move and "
                        "puts the new case in its place",
                        id)};
    return std::optional(std::move(change));
}

int write(const AddOptions& options, const fs::path& directory, std::vector<golden::Change> changes,
          std::size_t same) {
    Consent consent = options.consent;
    // What is new, or lacks only its line in the index, moves nothing that somebody relies on.
    consent.yes |= std::ranges::none_of(changes, [](const golden::Change& change) {
        return change.before.has_value() && !golden::changes_nothing(change);
    });
    if (same > 0) fmt::print("{} case{} there already, the same\n", same, same == 1 ? " is" : "s are");
    return show_and_write(directory, changes, consent, "a new case");
}

// What lies in the folder now, if anything does.
LoadedSet set_in(const fs::path& directory) {
    GoldenSelection selection;
    selection.directory = directory.string();
    Expected<LoadedSet> loaded = load(selection, golden::ContractVersion::any);
    return loaded ? std::move(*loaded) : LoadedSet{directory, {}, {}};
}

int add_lists(const AddOptions& options, const fs::path& directory) {
    const LoadedSet there = set_in(directory);
    std::vector<std::string> problems = there.set.problems;
    std::vector<golden::Change> changes;
    std::size_t same = 0;
    for (const std::string& file : options.lists) {
        const Expected<golden::CaseList> list = golden::cases_of_list(file);
        if (!list) return usage_error(list.problem());
        problems.insert(problems.end(), list->problems.begin(), list->problems.end());
        for (const golden::GoldenCase& golden : list->cases) {
            Expected<std::optional<golden::Change>> change = change_by(golden, there, options.replace);
            if (!change)
                problems.push_back(change.problem());
            else if (*change)
                changes.push_back(std::move(**change));
            else
                ++same;
        }
    }
    if (report_problems(problems) != exit_pass) return usage_error("nothing was written");
    return write(options, directory, std::move(changes), same);
}

Expected<Done> check_options(const AddOptions& options) {
    if (options.op.empty() || options.name.empty())
        return Problem{"golden add takes OP CASE, or --from FILE.npz; see 'brickproof golden add --help'"};
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
    if (!options.lists.empty()) return add_lists(options, directory);
    if (const auto checked = check_options(options); !checked) return usage_error(checked.problem());
    const Contract* contract = find_contract(options.op);
    if (contract == nullptr)
        return usage_error(fmt::format("there is no op '{}'; see 'brickproof list'", options.op));
    Expected<golden::GoldenCase> new_case = made(options, *contract);
    if (!new_case) return usage_error(new_case.problem());
    const std::string id = golden::id_of(*new_case);
    Expected<std::optional<golden::Change>> change =
        change_by(std::move(*new_case), set_in(directory), options.replace);
    if (!change) return usage_error(change.problem());
    if (!*change) return write(options, directory, {}, 1);
    const int result = write(options, directory, {std::move(**change)}, 0);
    if (result == exit_pass) fmt::print("made {}\n", id);
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
    verb->add_flag("--bits", options->bits,
                   "The expectation: the bits of our own scalar kernel, to see whether it moves")
        ->excludes(output)
        ->excludes(kernels);
    verb->add_option("--from", options->lists, "The cases of golden files, made elsewhere (golden/README.md)")
        ->type_name("FILE.npz");
    verb->add_flag("--replace", options->replace, "Also cases that are there already: shows what moves, and asks");
    options->golden.add_directory(*verb);
    options->consent.add_options(*verb);
    verb->callback([options, &exit_code] { exit_code = add(*options); });
}

}  // namespace brickproof::cli
