#include "kernel_selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
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

Expected<std::vector<Kernel>> kernels_at(const std::string& path, double seconds_to_load,
                                         std::vector<UnknownKernel>& unknown) {
    if (path == "builtin") return own_kernels();
    if (const auto loads = try_plugin(path, seconds_to_load); !loads) return Problem{loads.problem()};
    Expected<std::vector<Kernel>> kernels = load_plugin(path, &unknown);
    if (!kernels) return kernels;
    if (const auto checked = check_names(*kernels, path); !checked) return Problem{checked.problem()};
    return kernels;
}

// The end of a path that no other of the paths has: its file, with as many folders as it takes.
std::string distinguishing_end(const std::string& path, const std::set<std::string>& others) {
    const auto last_parts = [](const std::filesystem::path& of, std::ptrdiff_t count) {
        std::filesystem::path end;
        for (auto at = std::prev(of.end(), count); at != of.end(); ++at) end /= *at;
        return end;
    };
    const std::filesystem::path whole = path;
    const std::ptrdiff_t parts = std::distance(whole.begin(), whole.end());
    for (std::ptrdiff_t count = 1; count < parts; ++count) {
        const std::filesystem::path end = last_parts(whole, count);
        const auto ends_alike = [&](const std::filesystem::path& other) {
            return other.string() != path && std::distance(other.begin(), other.end()) >= count &&
                   last_parts(other, count) == end;
        };
        if (std::ranges::none_of(others, ends_alike)) return end.string();
    }
    return path;
}

// Kernels of one op and variant are told apart by the files that they come from.
void tell_apart(std::vector<Kernel>& kernels) {
    std::map<std::pair<std::string_view, std::string_view>, std::set<std::string>> files;
    for (const Kernel& kernel : kernels) files[{kernel.contract->op, kernel.variant}].insert(kernel.plugin_path);
    for (Kernel& kernel : kernels) {
        const std::set<std::string>& of_name = files[{kernel.contract->op, kernel.variant}];
        if (of_name.size() > 1)
            kernel.apart = kernel.plugin_path.empty() ? "builtin" : distinguishing_end(kernel.plugin_path, of_name);
    }
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

Expected<std::vector<Kernel>> KernelSelection::select(std::vector<UnknownKernel>* unknown) const {
    for (const std::string& text : assume)
        if (const auto assumption = checked_assumption(text); !assumption) return Problem{assumption.problem()};
    std::vector<Kernel> all;
    std::vector<std::string> near_misses;
    std::vector<UnknownKernel> not_known;
    std::set<std::filesystem::path> files;
    for (const std::string& path : plugins.empty() ? std::vector<std::string>{"builtin"} : plugins) {
        if (!files.insert(std::filesystem::absolute(path).lexically_normal()).second)
            return Problem{fmt::format("--kernels {} is given twice", path)};
        Expected<std::vector<Kernel>> kernels = kernels_at(path, limits.loading(), not_known);
        if (!kernels) return kernels;
        for (const Kernel& kernel : *kernels)
            if (matches(op, kernel.contract->op))
                near_misses.push_back(fmt::format("{} / {}", kernel.contract->op, kernel.variant));
        std::ranges::copy_if(*kernels, std::back_inserter(all), [this](const Kernel& kernel) {
            return matches(op, kernel.contract->op) && matches(variant, kernel.variant);
        });
    }
    std::erase_if(not_known, [this](const UnknownKernel& kernel) {
        return !matches(op, kernel.op) || !matches(variant, kernel.variant);
    });
    if (all.empty() && !not_known.empty())
        return Problem{fmt::format("{} has a kernel {} / {}: {}", not_known.front().where, not_known.front().op,
                                   not_known.front().variant, not_known.front().why)};
    if (all.empty())
        return Problem{fmt::format("no kernel matches --op '{}' --variant '{}'; {}", op, variant,
                                   what_there_is(op, near_misses))};
    tell_apart(all);
    if (unknown != nullptr)
        *unknown = std::move(not_known);
    else
        for (const UnknownKernel& kernel : not_known)
            fmt::print(stderr, "brickproof: NOT RUN: {} / {} of {}: {}\n", kernel.op, kernel.variant, kernel.where,
                       kernel.why);
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
