// The subcommands. Each adds itself to the app and sets the exit code when it is the one that was typed:
// 0 all pass, 1 a FAIL, 2 usage or environment, 130 interrupted.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "judge/time_limits.hpp"

namespace brickproof::cli {

inline constexpr int exit_pass = 0;
inline constexpr int exit_fail = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_interrupted = 130;

void add_list_command(CLI::App& app, int& exit_code);
void add_verify_command(CLI::App& app, int& exit_code);
void add_replay_command(CLI::App& app, int& exit_code);
void add_explain_command(CLI::App& app, int& exit_code);
void add_fuzz_command(CLI::App& app, int& exit_code);
void add_golden_command(CLI::App& app, int& exit_code);
void add_bench_command(CLI::App& app, int& exit_code);

// Prints "brickproof: sentence" to standard error; returns exit_usage.
int usage_error(const std::string& sentence);

// Where every kernel is NOT RUN: what looked at nothing is no pass. `done` is what was to be done with them,
// "judged".
inline int no_kernel_could_be(const std::string& done) {
    return usage_error("no kernel could be " + done + ": see NOT RUN above");
}

// 0 seconds are no limit.
inline double seconds_or(const std::optional<double>& given, double otherwise) {
    return !given ? otherwise : *given == 0.0 ? unlimited : *given;
}

// --timeout, with the sentence that says what it is without it.
inline void add_timeout_option(CLI::App& command, std::optional<double>& seconds, const std::string& otherwise) {
    command
        .add_option(
            "--timeout", seconds,
            "How long a kernel may take, 0 for no limit: what is left then is NOT RUN, and the run fails. A call "
            "that does "
            "not return fails after a hundredth of it at work, or a twentieth where it is blocked. Default: " +
                otherwise)
        ->check(CLI::Range(0.0, 1e7))
        ->type_name("SECONDS");
}

// For options that name a file or a folder. --json "$REPORT" with REPORT unset would otherwise write nothing.
inline CLI::Validator not_empty() {
    return CLI::Validator([](const std::string& text) { return text.empty() ? "is given no name" : ""; }, "");
}

}  // namespace brickproof::cli
