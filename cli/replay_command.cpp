// brickproof replay TOKEN: every statement on one case, for every kernel of its op.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "dump_command.hpp"
#include "engine/replay_token.hpp"
#include "judge/interrupt.hpp"
#include "judge/isolation.hpp"
#include "judge/plugin.hpp"
#include "kernel_selection.hpp"
#include "report/text_report.hpp"

namespace brickproof::cli {
namespace {

struct ReplayOptions {
    std::string token;
    KernelSelection selection;
    std::string dump;
    std::optional<double> timeout;
};

int replay(ReplayOptions options) {
    const Expected<ReplayToken> token = parse_token(options.token);
    if (!token) return usage_error(token.problem());
    options.selection.op = token->contract->op;
    options.selection.limits = {seconds_or(options.timeout, usual_kernel_seconds)};
    const Expected<std::vector<Kernel>> kernels = options.selection.select();
    if (!kernels) return usage_error(kernels.problem());

    if (!options.dump.empty() && kernels->size() > 1)
        return usage_error(
            fmt::format("--dump is of one kernel, and {} match: --variant chooses one", kernels->size()));

    const RememberInterrupts remembering;
    const std::vector<KernelVerdict> verdicts =
        judge_isolated(*kernels,
                       [&](const Kernel& kernel) {
                           return JudgeOptions{.assume = options.selection.assumptions_for(kernel.contract->op),
                                               .only_case = token->bytes};
                       },
                       {.interrupted = &was_interrupted(), .limits = options.selection.limits});
    const TextOptions text;
    for (const KernelVerdict& kernel : verdicts)
        fmt::print("{}\n", kernel.statements.empty()
                               ? fmt::format("NOT RUN {} / {}: {}\n", kernel.op, kernel.variant, kernel.reason)
                               : statements_text(kernel, text));
    if (was_interrupted()) return exit_interrupted;
    if (std::ranges::all_of(verdicts, [](const KernelVerdict& k) { return k.statements.empty(); }))
        return no_kernel_could_be("judged");
    if (!options.dump.empty()) {
        std::fflush(stdout);
        const Kernel& kernel = kernels->front();
        const Expected<std::string> said =
            dump_first_fault(kernel, verdicts.front(), token->bytes,
                             options.selection.assumptions_for(kernel.contract->op), options.dump);
        if (!said) return usage_error(said.problem());
        fmt::print("{}", *said);
    }
    return std::ranges::any_of(verdicts,
                               [](const KernelVerdict& k) { return k.verdict == Verdict::fail || k.unfinished; })
               ? exit_fail
               : exit_pass;
}

}  // namespace

void add_replay_command(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<ReplayOptions>();
    CLI::App* command =
        app.add_subcommand("replay", "Run one case again, from the token that verify or fuzz printed");
    command->add_option("token", options->token, "The replay token")->required();
    options->selection.add_options(*command);
    command
        ->add_option("--dump", options->dump,
                     "Write the case of what fails first: arrays for numpy, and a C program that shows the fault")
        ->check(not_empty())
        ->type_name("DIR");
    add_timeout_option(*command, options->timeout, fmt::format("{:.0f}", usual_kernel_seconds));
    command->callback([options, &exit_code] { exit_code = replay(*options); });
}

}  // namespace brickproof::cli
