// Which kernels a command works on: --kernels, --op, --variant, --assume, alike in all commands.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "engine/expected.hpp"
#include "judge/kernel.hpp"
#include "judge/plugin.hpp"
#include "judge/time_limits.hpp"

namespace brickproof::cli {

struct KernelSelection {
    std::vector<std::string> plugins;  // paths; "builtin" is the library's own
    std::string op = "*";              // globs
    std::string variant = "*";
    std::vector<std::string> assume;  // OP:PRECONDITION
    TimeLimits limits{};              // of loading a plug-in

    void add_options(CLI::App& command);
    // All kernels that match. Problems: a plug-in that does not load or is given twice, a glob that matches
    // nothing, an assumption that no contract knows. Of ops that are not known a sentence goes to standard error,
    // or they go to `unknown`.
    Expected<std::vector<Kernel>> select(std::vector<UnknownKernel>* unknown = nullptr) const;
    // The assumptions for one op.
    std::vector<std::string> assumptions_for(std::string_view op) const;
};

bool matches(const std::string& glob, std::string_view text);

}  // namespace brickproof::cli
