// brickproof replay TOKEN: every statement on one case, for every kernel of its op.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "commands.hpp"
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
    std::optional<double> timeout;
};

int replay(ReplayOptions options) {
    const Expected<ReplayToken> token = parse_token(options.token);
    if (!token) return usage_error(token.problem());
    options.selection.op = token->contract->op;
    options.selection.limits = {seconds_or(options.timeout, usual_kernel_seconds)};
    const Expected<std::vector<Kernel>> kernels = options.selection.select();
    if (!kernels) return usage_error(kernels.problem());

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
    add_timeout_option(*command, options->timeout, fmt::format("{:.0f}", usual_kernel_seconds));
    command->callback([options, &exit_code] { exit_code = replay(*options); });
}

}  // namespace brickproof::cli
