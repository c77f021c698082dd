// brickproof list: ops, kernels, and which of them this CPU can run.
#include <fmt/format.h>

#include <memory>

#include "brick/isa.hpp"
#include "commands.hpp"
#include "judge/plugin.hpp"
#include "kernel_selection.hpp"

namespace brickproof::cli {
namespace {

int list(const KernelSelection& selection) {
    const Expected<std::vector<Kernel>> kernels = selection.select();
    if (!kernels) return usage_error(kernels.problem());
    std::string library;
    for (const Kernel& kernel : *kernels) {
        if (kernel.library != library) {
            library = kernel.library;
            fmt::print("{}\n", library);
        }
        const std::string reason = why_not_runnable(kernel);
        fmt::print("  {:<18} {:<22} {}\n", kernel.contract->op, kernel.variant,
                   reason.empty() ? "runs on this CPU" : "NOT RUN: " + reason);
    }
    if (!selection.plugins.empty()) return exit_pass;
    const auto report = brick::isa_report();
    if (!report) return usage_error(std::string(report.error().message.view()));
    fmt::print("\nthe library's checked API runs (BRICKPROOF_ISA and brick::select_isa override):\n");
    for (const brick::IsaReport& op : *report) fmt::print("  {:<18} {}\n", op.op, op.chosen);
    return exit_pass;
}

}  // namespace

void add_list_command(CLI::App& app, int& exit_code) {
    auto selection = std::make_shared<KernelSelection>();
    CLI::App* command = app.add_subcommand("list", "List ops and kernels, and what this CPU can run");
    selection->add_options(*command);
    command->callback([selection, &exit_code] { exit_code = list(*selection); });
}

}  // namespace brickproof::cli
