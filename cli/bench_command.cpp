// brickproof bench: how fast, and is it faster than a peer.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "bench/bench_report.hpp"
#include "bench/bench_run.hpp"
#include "commands.hpp"
#include "kernel_selection.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::cli {
namespace {

struct Options {
    KernelSelection selection;
    std::string against;
    std::string against_variant = "*";
    std::string workload = "*";
    double seconds_per_row = 0.5;
    std::uint64_t seed = 1;
    std::string json;
};

std::atomic<bool> stop_wanted{false};

void print_now(const std::string& text) {
    fmt::print("{}", text);
    std::fflush(stdout);
}

int write_json(bench::BenchReport report, const std::string& path) {
    report.version = BRICKPROOF_VERSION;
    const auto written = write_file(path, bench::json_of(report).dump(2) + "\n");
    return written ? exit_pass : usage_error(written.problem());
}

bool has_failed(const bench::BenchReport& report) {
    return std::ranges::any_of(report.rows, [](const bench::Row& row) { return row.fails(); });
}

int run(const Options& options) {
    const Expected<std::vector<Kernel>> kernels = options.selection.select();
    if (!kernels) return usage_error(kernels.problem());
    Expected<std::vector<Kernel>> peers = std::vector<Kernel>{};
    if (!options.against.empty()) {
        KernelSelection selection = options.selection;
        selection.plugins = {options.against};
        selection.variant = options.against_variant;
        peers = selection.select();
        if (!peers) return usage_error("--against: " + peers.problem());
    }
    if (!options.json.empty())
        if (const auto writable = check_writable(options.json); !writable) return usage_error(writable.problem());
    const auto pairings = bench::pair_up(*kernels, options.against.empty() ? nullptr : &*peers);
    if (pairings.empty()) return usage_error(fmt::format("{} has no kernel of the selected ops", options.against));
    for (const std::string& op : bench::ops_left_out(*kernels, pairings))
        fmt::print(stderr, "brickproof: {} has no kernel of {} that matches '{}': not compared\n", options.against,
                   op, options.against_variant);
    std::signal(SIGINT, [](int) { stop_wanted = true; });
    const bench::BenchReport report = run_bench(
        pairings, {.seconds_per_row = options.seconds_per_row,
                   .seed = options.seed,
                   .wants_workload = [&](std::string_view name) { return matches(options.workload, name); },
                   .interrupted = &stop_wanted,
                   .on_start = [](const bench::BenchReport& r) { print_now(text_head(r)); },
                   .on_row = [](const bench::Row& row) { print_now(text_row(row)); }});
    if (report.rows.empty() && !report.interrupted)
        return usage_error(
            fmt::format("no workload matches '{}': leave --workload out to see their names", options.workload));
    print_now(text_foot(report));
    if (!options.json.empty())
        if (const int code = write_json(report, options.json); code != exit_pass) return code;
    if (report.interrupted) return exit_interrupted;
    return has_failed(report) ? exit_fail : exit_pass;
}

}  // namespace

void add_bench_command(CLI::App& app, int& exit_code) {
    CLI::App* command =
        app.add_subcommand("bench", "Times kernels, alone or against a peer, with what the numbers are worth");
    const auto options = std::make_shared<Options>();
    options->selection.add_options(*command);
    command->add_option("--against", options->against, "Compare with this plug-in's kernels, or with 'builtin'")
        ->type_name("PATH");
    command->add_option("--against-variant", options->against_variant, "Only peers whose variant matches")
        ->type_name("GLOB")
        ->capture_default_str();
    command->add_option("--workload", options->workload, "Only workloads whose name matches, such as 'L1*'")
        ->type_name("GLOB")
        ->capture_default_str();
    command
        ->add_option("--seconds-per-row", options->seconds_per_row,
                     "Measured time for each kernel, at least 100 samples")
        ->type_name("S")
        ->check(CLI::Range(0.001, 3600.0))
        ->capture_default_str();
    command->add_option("--seed", options->seed, "Of the inputs and of the order of a comparison")
        ->capture_default_str();
    command->add_option("--json", options->json, "Write the report to this file, too")->type_name("FILE");
    command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace brickproof::cli
