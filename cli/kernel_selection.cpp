#include "kernel_selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "judge/plugin.hpp"
#include "plugin_trial.hpp"

namespace brickproof::cli {
namespace {

struct Assumption {
    std::string op;
    std::string precondition;
};

// The last colon: no op and no precondition holds one.
Expected<Assumption> parse_assumption(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size())
        return Problem{
            fmt::format("--assume takes OP:PRECONDITION, such as 'q8_0.dot:quants>-128', not '{}'", text)};
    return Assumption{text.substr(0, colon), text.substr(colon + 1)};
}

Expected<Assumption> checked_assumption(const std::string& text) {
    const Expected<Assumption> assumption = parse_assumption(text);
    if (!assumption) return Problem{assumption.problem()};
    const bool star = assumption->op == "*";
    std::string offered;
    for (const Contract* contract : all_contracts()) {
        if (!star && contract->op != assumption->op) continue;
        for (const Precondition& precondition : contract->preconditions) {
            if (precondition.internal) continue;
            if (precondition.name == assumption->precondition) return *assumption;
            offered += (offered.empty() ? "" : ", ") + std::string(precondition.name);
        }
        if (!star) break;
    }
    if (!star && find_contract(assumption->op) == nullptr)
        return Problem{
            fmt::format("--assume {}: there is no op '{}'; see 'brickproof list'", text, assumption->op)};
    return Problem{fmt::format("--assume {}: '{}' is no precondition of {}; it has: {}", text,
                               assumption->precondition, assumption->op, offered)};
}

// Kernels go by their variants' names: --variant, the baseline, replay lines and golden values.
Expected<Done> check_names(const std::vector<Kernel>& kernels, const std::string& path) {
    std::set<std::pair<std::string_view, std::string_view>> names;
    for (const Kernel& kernel : kernels)
        if (!names.emplace(kernel.contract->op, kernel.variant).second)
            return Problem{
                fmt::format("{} has two kernels {} / {}; each needs a variant name of its own, by which --variant, "
                            "baselines and replay lines tell them apart",
                            path, kernel.contract->op, kernel.variant)};
    return Done{};
}

Expected<std::vector<Kernel>> kernels_at(const std::string& path) {
    if (path == "builtin") return own_kernels();
    if (const auto loads = try_plugin(path); !loads) return Problem{loads.problem()};
    Expected<std::vector<Kernel>> kernels = load_plugin(path);
    if (!kernels) return kernels;
    if (const auto checked = check_names(*kernels, path); !checked) return Problem{checked.problem()};
    return kernels;
}

// For a glob that met nothing: the ops where it names none, the kernels of those that it names.
std::string what_there_is(const std::string& op, const std::vector<std::string>& kernels_of_op) {
    if (!kernels_of_op.empty()) return fmt::format("there are {}", fmt::join(kernels_of_op, ", "));
    std::vector<std::string_view> ops;
    for (const Contract* contract : all_contracts()) {
        if (matches(op, contract->op))
            return "the plug-ins have none of that op; see 'brickproof list --kernels PATH'";
        ops.push_back(contract->op);
    }
    return fmt::format("the ops are {}", fmt::join(ops, ", "));
}

}  // namespace

bool matches(const std::string& glob, std::string_view text) {
    return fnmatch(glob.c_str(), std::string(text).c_str(), 0) == 0;
}

void KernelSelection::add_options(CLI::App& command) {
    command
        .add_option("--kernels", plugins,
                    "Plug-ins whose kernels are meant (shared libraries); 'builtin' is the library's own kernels")
        ->type_name("PATH");
    command.add_option("--op", op, "Only ops that match")->type_name("GLOB")->capture_default_str();
    command.add_option("--variant", variant, "Only variants that match")->type_name("GLOB")->capture_default_str();
    command.add_option("--assume", assume, "Keep to a precondition of an op's domain (see explain)")
        ->type_name("OP:PRECONDITION");
}

Expected<std::vector<Kernel>> KernelSelection::select() const {
    for (const std::string& text : assume)
        if (const auto assumption = checked_assumption(text); !assumption) return Problem{assumption.problem()};
    std::vector<Kernel> all;
    std::vector<std::string> near_misses;
    for (const std::string& path : plugins.empty() ? std::vector<std::string>{"builtin"} : plugins) {
        Expected<std::vector<Kernel>> kernels = kernels_at(path);
        if (!kernels) return kernels;
        for (const Kernel& kernel : *kernels)
            if (matches(op, kernel.contract->op))
                near_misses.push_back(fmt::format("{} / {}", kernel.contract->op, kernel.variant));
        std::ranges::copy_if(*kernels, std::back_inserter(all), [this](const Kernel& kernel) {
            return matches(op, kernel.contract->op) && matches(variant, kernel.variant);
        });
    }
    if (all.empty())
        return Problem{fmt::format("no kernel matches --op '{}' --variant '{}'; {}", op, variant,
                                   what_there_is(op, near_misses))};
    return all;
}

std::vector<std::string> KernelSelection::assumptions_for(std::string_view of) const {
    std::vector<std::string> names;
    for (const std::string& text : assume) {
        const Expected<Assumption> assumption = parse_assumption(text);
        if (!assumption || (assumption->op != of && assumption->op != "*")) continue;
        const Contract* contract = find_contract(of);
        if (std::ranges::find(contract->preconditions, assumption->precondition, &Precondition::name) !=
            contract->preconditions.end())
            names.push_back(assumption->precondition);
    }
    return names;
}

}  // namespace brickproof::cli
