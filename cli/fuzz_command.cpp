// brickproof fuzz: a guided search over any kernels, for a time; and the seed corpora.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <thread>

#include "commands.hpp"
#include "fuzz/campaign.hpp"
#include "fuzz/corpus_files.hpp"
#include "fuzz/minimise.hpp"
#include "fuzz/seed_corpus.hpp"
#include "judge/plugin.hpp"
#include "kernel_selection.hpp"

namespace brickproof::cli {
namespace {

std::atomic<bool> interrupted{false};

void on_interrupt(int) {
    interrupted = true;
}

struct FuzzOptions {
    KernelSelection selection;
    double seconds = 60.0;
    double minutes = 0.0;
    std::size_t jobs = std::max(1u, std::thread::hardware_concurrency());
    std::uint64_t seed = 1;
    std::string shard = "1/1";
    std::string corpus;
    std::vector<std::string> merge;
    bool minimise = false;
    std::string write_corpus;
};

// "2/8" is the second of eight.
Expected<fuzz::Shard> parse_shard(const std::string& text) {
    fuzz::Shard shard;
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [slash, no_number] = std::from_chars(text.data(), end, number);
    const bool has_both = no_number == std::errc{} && slash != end && *slash == '/';
    const auto [rest, no_count] = std::from_chars(has_both ? slash + 1 : end, end, shard.count);
    if (!has_both || no_count != std::errc{} || rest != end || number < 1 || number > shard.count ||
        shard.count > 65536)
        return Problem{
            fmt::format("--shard takes I/N, such as 2/8 for the second of eight machines, not '{}'", text)};
    shard.index = number - 1;
    return shard;
}

std::string replay_command(const fuzz::Finding& finding, const std::vector<std::string>& assumed) {
    std::string command = fmt::format("brickproof replay {}", finding.token);
    if (!finding.plugin_path.empty()) command += fmt::format(" --kernels {}", finding.plugin_path);
    command += fmt::format(" --variant {}", finding.variant);
    for (const std::string& name : assumed) command += fmt::format(" --assume '{}:{}'", finding.op, name);
    return command;
}

// One line, rewritten, on a terminal only.
class Progress {
  public:
    void show(const fuzz::CampaignSummary& summary) {
        if (!shown_ || summary.seconds < next_) return;
        next_ = summary.seconds + 0.5;
        fmt::print(stderr, "\r\033[K{:.0f} s, {} cases, {} kept, {} findings", summary.seconds, summary.executions,
                   summary.kept, summary.findings.size());
    }
    void clear() const {
        if (shown_) fmt::print(stderr, "\r\033[K");
    }

  private:
    bool shown_ = isatty(STDERR_FILENO) == 1;
    double next_ = 0.0;
};

void print_finding(const fuzz::Finding& finding, const std::vector<std::string>& assumed) {
    fmt::print("FAIL {} / {}  [{}]: {}\n    {}\n    smallest case found: {}\n    {}\n", finding.op, finding.variant,
               finding.library, finding.statement, finding.message, finding.sizes,
               replay_command(finding, assumed));
    std::fflush(stdout);
}

void print_summary(const fuzz::CampaignSummary& summary, const FuzzOptions& options) {
    for (const std::string& kernel : summary.not_run) fmt::print("NOT RUN {}\n", kernel);
    if (summary.corpus_before > 0)
        fmt::print("corpus {}: {} cases, minimised to {}\n", options.corpus, summary.corpus_before,
                   summary.corpus_after);
    if (!options.corpus.empty() && !summary.findings.empty())
        fmt::print("findings: {}/findings/, each as a case, a replay token and a GoogleTest source\n",
                   options.corpus);
    const double rate = summary.seconds > 0.0 ? static_cast<double>(summary.executions) / summary.seconds : 0.0;
    fmt::print(
        "{}{} of {} kernels fuzzed for {:.1f} s (seed {}, shard {}): {} executions, {:.0f} a second, {} kept, "
        "{} features ({} new), {} findings\n",
        summary.interrupted ? "interrupted: " : "", summary.kernels, summary.kernels + summary.not_run.size(),
        summary.seconds, options.seed, options.shard, summary.executions, rate, summary.kept, summary.features,
        summary.new_features, summary.findings.size());
}

int fuzz_kernels(const FuzzOptions& options) {
    const Expected<std::vector<Kernel>> kernels = options.selection.select();
    if (!kernels) return usage_error(kernels.problem());
    const Expected<fuzz::Shard> shard = parse_shard(options.shard);
    if (!shard) return usage_error(shard.problem());
    std::signal(SIGINT, on_interrupt);
    std::signal(SIGTERM, on_interrupt);
    Progress progress;
    const fuzz::CampaignOptions campaign{
        .seconds = options.minutes > 0.0 ? 60.0 * options.minutes : options.seconds,
        .jobs = options.jobs,
        .seed = options.seed,
        .shard = *shard,
        .corpus = options.corpus,
        .assume = [&](std::string_view op) { return options.selection.assumptions_for(op); },
        .interrupted = &interrupted,
        .on_finding =
            [&](const fuzz::Finding& finding) {
                progress.clear();
                print_finding(finding, options.selection.assumptions_for(finding.op));
            },
        .on_progress = [&](const fuzz::CampaignSummary& summary) { progress.show(summary); }};
    const fuzz::CampaignSummary summary = fuzz::run_campaign(*kernels, campaign);
    progress.clear();
    print_summary(summary, options);
    if (!summary.problems.empty()) return usage_error(summary.problems.front());
    if (!summary.findings.empty()) return exit_fail;
    return summary.interrupted ? exit_interrupted : exit_pass;
}

// Copies other campaigns' cases, then leaves out what shows nothing of its own. No search.
int tidy_corpora(const FuzzOptions& options) {
    if (options.corpus.empty())
        return usage_error("--merge and --minimise need --corpus DIR, the corpus to work on");
    const Expected<std::vector<Kernel>> kernels = options.selection.select();
    if (!kernels) return usage_error(kernels.problem());
    std::map<std::string, std::vector<fuzz::AssumedKernel>> by_stem;
    for (const Kernel& kernel : *kernels)
        if (why_not_runnable(kernel).empty())
            by_stem[fuzz::stem_of(*kernel.contract)].push_back(
                {&kernel, options.selection.assumptions_for(kernel.contract->op)});
    for (const auto& [stem, of_op] : by_stem) {
        const std::string folder = (std::filesystem::path(options.corpus) / stem).string();
        std::size_t added = 0;
        for (const std::string& other : options.merge) {
            if (!std::filesystem::is_directory(other))
                return usage_error(fmt::format("--merge {}: there is no such folder", other));
            const auto merged = fuzz::merge_corpus((std::filesystem::path(other) / stem).string(), folder);
            if (!merged) return usage_error(merged.problem());
            added += *merged;
        }
        const Expected<fuzz::Minimised> done = fuzz::minimise_corpus(folder, of_op);
        if (!done) return usage_error(done.problem());
        if (done->before > 0)
            fmt::print("{}: {} cases ({} merged), minimised to {}\n", folder, done->before, added, done->after);
    }
    return exit_pass;
}

int write_corpora(const FuzzOptions& options) {
    std::size_t ops = 0;
    for (const Contract* contract : all_contracts()) {
        if (!matches(options.selection.op, contract->op)) continue;
        ++ops;
        const std::string folder =
            (std::filesystem::path(options.write_corpus) / fuzz::stem_of(*contract)).string();
        const auto written = fuzz::replace_corpus(folder, fuzz::seed_corpus(*contract, options.seed));
        if (!written) return usage_error(written.problem());
        fmt::print("{}: {} cases\n", folder, *written);
    }
    if (ops == 0)
        return usage_error(fmt::format("no op matches --op '{}'; see 'brickproof list'", options.selection.op));
    return exit_pass;
}

}  // namespace

void add_fuzz_command(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<FuzzOptions>();
    CLI::App* command = app.add_subcommand(
        "fuzz", "Search for failing cases for a time, guided by the contracts: no instrumentation is needed");
    options->selection.add_options(*command);
    CLI::Option* seconds = command->add_option("--seconds", options->seconds, "How long, over all kernels")
                               ->check(CLI::Range(0.1, 1e7))
                               ->type_name("S")
                               ->capture_default_str();
    command->add_option("--minutes", options->minutes, "The same in minutes")
        ->check(CLI::Range(0.01, 1e5))
        ->type_name("M")
        ->excludes(seconds);
    command->add_option("--jobs", options->jobs, "Processes at once")->check(CLI::Range(1, 1024))->type_name("N");
    command->add_option("--seed", options->seed, "Seed of the search")->type_name("N")->capture_default_str();
    command
        ->add_option("--shard", options->shard,
                     "The I-th of N machines with the same --seed: no two draw the same random numbers")
        ->type_name("I/N")
        ->capture_default_str();
    command
        ->add_option("--corpus", options->corpus,
                     "Folder of cases: DIR/<op>/ is read first, gains what is kept and is minimised in the end; "
                     "findings go to DIR/findings/. A campaign that was killed goes on from there")
        ->type_name("DIR");
    command
        ->add_option("--merge", options->merge,
                     "Only add the cases of these corpora to the one of --corpus, and minimise it")
        ->type_name("DIR...");
    command->add_flag("--minimise", options->minimise, "Only minimise the corpus of --corpus");
    command
        ->add_option("--write-corpus", options->write_corpus,
                     "Only write the seed corpus of each op to DIR/<op>/: few cases that take every alternative")
        ->type_name("DIR");
    command->callback([options, &exit_code] {
        if (!options->write_corpus.empty())
            exit_code = write_corpora(*options);
        else if (options->minimise || !options->merge.empty())
            exit_code = tidy_corpora(*options);
        else
            exit_code = fuzz_kernels(*options);
    });
}

}  // namespace brickproof::cli
