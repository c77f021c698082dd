// brickproof bench: how fast, and is it faster than a peer or than before.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/report/bench_report.hpp"
#include "bench/report/data_report.hpp"
#include "bench/report/html_report.hpp"
#include "bench/report/layer_report.hpp"
#include "bench/run/baseline_file.hpp"
#include "bench/run/bench_run.hpp"
#include "bench/run/layer_run.hpp"
#include "commands.hpp"
#include "judge/child_pool.hpp"
#include "judge/fault_trap.hpp"
#include "judge/interrupt.hpp"
#include "judge/shared.hpp"
#include "kernel_selection.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::cli {
namespace {

struct Options {
    KernelSelection selection;
    std::string against;
    std::string against_variant = "*";
    std::string workload = "*";
    std::string fail_if_slower;
    std::size_t self_test = 0;
    bool layer = false;
    std::string model;
    std::size_t keys = 512;
    double seconds_per_row = 2.0;
    std::uint64_t seed = 1;
    std::string json;
    std::string csv;
    std::string html;
};

// No call of ours takes so long, other than in an emulator; and twenty seconds are what a kernel that hangs may
// cost.
constexpr double longest_call_seconds = 18.0;

// Runs kernels in a child process, where no other command runs them here either: one may hang where no signal
// reaches it. The first Ctrl-C, passed on as `stop`, ends the run with what there is, the second ends it at once.
int in_a_child(const std::function<int(const std::atomic<bool>& stop)>& work) {
    const Shared<Pulse> pulse;
    const Shared<std::atomic<bool>> stop;
    const RememberInterrupts remembering;
    int exit_code = exit_usage;
    run_child({.work =
                   [&](int) {
                       watch_calls(*pulse);
                       int code = exit_usage;
                       try {
                           code = work(*stop);
                       } catch (const std::exception& error) {
                           usage_error(error.what());
                       }
                       std::fflush(nullptr);
                       _exit(code);
                   },
               .beats = [&] { return pulse->beats.load(); },
               .is_overdue =
                   [&](const ChildTime& time) {
                       return pulse->calls_begun.load() > 0 && time.silence > longest_call_seconds;
                   },
               .on_end =
                   [&](const ChildEnd& end) {
                       if (end.why == ChildEnd::Why::overdue)
                           fmt::print(stderr,
                                      "brickproof: a kernel does not return, at the row after those above: killed "
                                      "after {:.0f} s; no report was written\n",
                                      end.time.silence);
                       else if (WIFSIGNALED(end.status))
                           fmt::print(stderr, "brickproof: a kernel {}\n", describe_end(end.status));
                       exit_code = WIFEXITED(end.status) ? WEXITSTATUS(end.status) : exit_fail;
                       return false;
                   },
               .has_fault_trap = false},
              [&] {
                  if (was_interrupted()) *stop = true;
                  return false;
              });
    return exit_code;
}

void print_now(const std::string& text) {
    fmt::print("{}", text);
    std::fflush(stdout);
}

// What the kernels are compared with.
struct Opponents {
    std::vector<Kernel> kernels{};
    std::optional<bench::Baseline> baseline{};
};

Expected<Opponents> find_opponents(const Options& options) {
    Opponents opponents;
    if (options.against.empty()) return opponents;
    if (bench::is_baseline_file(options.against)) {
        const Expected<bench::Baseline> baseline = bench::read_baseline(options.against);
        if (!baseline) return Problem{"--against: " + baseline.problem()};
        opponents.baseline = *baseline;
        return opponents;
    }
    KernelSelection selection = options.selection;
    selection.plugins = {options.against};
    selection.variant = options.against_variant;
    const Expected<std::vector<Kernel>> peers = selection.select();
    if (!peers) return Problem{"--against: " + peers.problem()};
    opponents.kernels = *peers;
    return opponents;
}

std::vector<bench::Pairing> pairings_of(const Options& options, const std::vector<Kernel>& kernels,
                                        const Opponents& opponents) {
    if (options.self_test > 0) return bench::pair_with_themselves(kernels);
    return bench::pair_up(kernels, opponents.kernels.empty() ? nullptr : &opponents.kernels);
}

// "5%" or "0.05"; nothing for what is neither, or might be either: 5.
std::optional<double> parse_share(const std::string& text) {
    std::size_t end = 0;
    double value = 0.0;
    try {
        value = std::stod(text, &end);
    } catch (const std::exception&) {
        return std::nullopt;
    }
    const std::string unit = text.substr(end);
    if (!(value >= 0.0 && value < 1e6)) return std::nullopt;
    if (unit == "%") return value / 100.0;
    return unit.empty() && value < 1.0 ? std::optional(value) : std::nullopt;
}

// The problem of the first file that cannot be written.
std::string write_files(const Options& options, const bench::BenchReport& report) {
    const auto write = [](const std::string& path, const auto& text) -> std::string {
        if (path.empty()) return {};
        const auto written = write_file(path, text());
        return written ? std::string() : written.problem();
    };
    std::string problem = write(options.json, [&] { return bench::json_of(report).dump() + "\n"; });
    if (problem.empty()) problem = write(options.csv, [&] { return bench::csv_of(report); });
    if (problem.empty()) problem = write(options.html, [&] { return bench::html_of(report); });
    return problem;
}

bool has_failed(const bench::BenchReport& report) {
    return std::ranges::any_of(report.rows, [](const bench::Row& row) { return row.fails(); });
}

// What --fail-if-slower makes of a report.
int exit_code_of(const bench::BenchReport& report, const Options& options) {
    if (options.fail_if_slower.empty()) return has_failed(report) ? exit_fail : exit_pass;
    const bench::Gate gate = bench::gate_of(report, *parse_share(options.fail_if_slower));
    print_now(text_of(gate));
    if (!gate.slower.empty() || has_failed(report)) return exit_fail;
    if (gate.compared() > 0) return exit_pass;
    return usage_error(
        fmt::format("--fail-if-slower: {} has nothing that any row could be compared with", options.against));
}

// The first option that says something of kernels.
std::string option_about_kernels(const Options& options) {
    const KernelSelection& selection = options.selection;
    const std::pair<const char*, bool> given[] = {{"--kernels", !selection.plugins.empty()},
                                                  {"--op", selection.op != "*"},
                                                  {"--variant", selection.variant != "*"},
                                                  {"--assume", !selection.assume.empty()},
                                                  {"--against", !options.against.empty()},
                                                  {"--against-variant", options.against_variant != "*"},
                                                  {"--fail-if-slower", !options.fail_if_slower.empty()},
                                                  {"--workload", options.workload != "*"},
                                                  {"--self-test", options.self_test > 0},
                                                  {"--csv", !options.csv.empty()},
                                                  {"--html", !options.html.empty()}};
    for (const auto& [name, is_given] : given)
        if (is_given) return name;
    return {};
}

std::string contradiction(const Options& options) {
    if (options.self_test > 0 && !options.against.empty())
        return "--self-test compares kernels with themselves: leave --against out";
    if (!options.fail_if_slower.empty() && options.against.empty())
        return "--fail-if-slower needs --against: slower than what?";
    if (!options.fail_if_slower.empty() && !parse_share(options.fail_if_slower))
        return fmt::format("--fail-if-slower: '{}' is no share such as 5% or 0.05", options.fail_if_slower);
    if (!std::isfinite(options.seconds_per_row)) return "--seconds-per-row: that is no time";
    if (const std::string option = option_about_kernels(options); options.layer && !option.empty())
        return fmt::format(
            "--layer times a layer, no kernels: {} does not go with it; --model, --keys, --json, --seconds-per-row "
            "and --seed do",
            option);
    return {};
}

int run_layer(const Options& options, const std::atomic<bool>& stop) {
    const Expected<bench::LayerReport> report = bench::run_layer({.model = options.model,
                                                                  .keys = options.keys,
                                                                  .seconds = options.seconds_per_row,
                                                                  .seed = options.seed,
                                                                  .stop = &stop});
    if (!report) return stop ? exit_interrupted : usage_error(report.problem());
    print_now(text_of(*report));
    if (!options.json.empty())
        if (const auto written = write_file(options.json, bench::json_of(*report).dump(2) + "\n"); !written)
            return usage_error(written.problem());
    return stop ? exit_interrupted : exit_pass;
}

int run_pairings(const Options& options, const std::vector<bench::Pairing>& pairings, const Opponents& opponents,
                 const std::atomic<bool>& stop) {
    bench::BenchReport shown;
    const bench::BenchReport report = run_bench(
        pairings, {.seconds_per_row = options.seconds_per_row,
                   .seed = options.seed,
                   .rows = options.self_test,
                   .against = options.self_test > 0 ? "itself" : options.against,
                   .version = BRICKPROOF_VERSION,
                   .wants_workload = [&](std::string_view name) { return matches(options.workload, name); },
                   .baseline = opponents.baseline ? &*opponents.baseline : nullptr,
                   .stop = &stop,
                   .on_start =
                       [&shown](const bench::BenchReport& r) {
                           shown = r;
                           print_now(text_head(r));
                       },
                   .on_row = [&shown](const bench::Row& row) { print_now(text_row(shown, row)); }});
    if (report.rows.empty() && !report.interrupted)
        return usage_error(
            fmt::format("no workload matches '{}': leave --workload out to see their names", options.workload));
    print_now(text_foot(report));
    if (options.self_test > 0) print_now(self_test_text(report));
    if (const std::string problem = write_files(options, report); !problem.empty()) return usage_error(problem);
    if (report.interrupted) return exit_interrupted;
    return exit_code_of(report, options);
}

int run(const Options& options) {
    if (const std::string problem = contradiction(options); !problem.empty()) return usage_error(problem);
    if (options.layer) {
        if (!options.json.empty())
            if (const auto writable = check_writable(options.json); !writable)
                return usage_error(writable.problem());
        return in_a_child([&](const std::atomic<bool>& stop) { return run_layer(options, stop); });
    }
    const Expected<std::vector<Kernel>> kernels = options.selection.select();
    if (!kernels) return usage_error(kernels.problem());
    const Expected<Opponents> opponents = find_opponents(options);
    if (!opponents) return usage_error(opponents.problem());
    for (const std::string& path : {options.json, options.csv, options.html})
        if (!path.empty())
            if (const auto writable = check_writable(path); !writable) return usage_error(writable.problem());
    const auto pairings = pairings_of(options, *kernels, *opponents);
    if (pairings.empty()) return usage_error(fmt::format("{} has no kernel of the selected ops", options.against));
    for (const std::string& op : bench::ops_left_out(*kernels, pairings))
        fmt::print(stderr, "brickproof: {} has no kernel of {} that matches '{}': not compared\n", options.against,
                   op, options.against_variant);
    return in_a_child(
        [&](const std::atomic<bool>& stop) { return run_pairings(options, pairings, *opponents, stop); });
}

}  // namespace

void add_bench_command(CLI::App& app, int& exit_code) {
    CLI::App* command = app.add_subcommand(
        "bench", "Times kernels, alone, against a peer or against an earlier run, with what the numbers are worth");
    const auto options = std::make_shared<Options>();
    options->selection.add_options(*command);
    command
        ->add_option(
            "--against", options->against,
            "Compare with this plug-in's kernels, with 'builtin', or with the JSON report of an earlier run")
        ->type_name("PATH");
    command->add_option("--against-variant", options->against_variant, "Only peers whose variant matches")
        ->type_name("GLOB")
        ->capture_default_str();
    command
        ->add_option("--fail-if-slower", options->fail_if_slower,
                     "Exit with 1 if a kernel is slower by more than this share, with all of its interval: 5%")
        ->type_name("SHARE");
    command->add_option("--workload", options->workload, "Only workloads whose name matches, such as 'L1*'")
        ->type_name("GLOB")
        ->capture_default_str();
    command
        ->add_option("--seconds-per-row", options->seconds_per_row,
                     "How long a row may be prolonged and tried again until it is valid")
        ->type_name("S")
        ->check(CLI::Range(0.001, 3600.0))
        ->capture_default_str();
    command
        ->add_option(
            "--self-test", options->self_test,
            "Compare kernels with themselves, this many rows, and say how far this machine is to be trusted")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}));
    CLI::Option* layer = command->add_flag(
        "--layer", options->layer,
        "Instead, where a transformer layer of our bricks spends its time: by brick, beside its budget");
    command->add_option("--model", options->model, "The first layer of this GGUF file; else random weights")
        ->type_name("FILE")
        ->needs(layer);
    command->add_option("--keys", options->keys, "Tokens in the cache before the one that is timed")
        ->type_name("N")
        ->needs(layer)
        ->capture_default_str();
    command->add_option("--seed", options->seed, "Of the inputs and of the order of a comparison")
        ->capture_default_str();
    command->add_option("--json", options->json, "Write the report to this file, too; --against takes it")
        ->type_name("FILE");
    command->add_option("--csv", options->csv, "Write the rows to this file, too")->type_name("FILE");
    command
        ->add_option("--html", options->html,
                     "Write a page with distributions, ratios and the roofline to this file, too")
        ->type_name("FILE");
    command->footer(
        "Exit code: 0 measured; 1 a kernel is wrong, crashes, or is slower (--fail-if-slower); 2 wrong usage or\n"
        "environment, or nothing that --fail-if-slower could compare; 130 after Ctrl-C, with what there was.");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace brickproof::cli
