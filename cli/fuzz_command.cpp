// brickproof fuzz: a guided search over any kernels, for a time; and the seed corpora.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "commands.hpp"
#include "fuzz/campaign/campaign.hpp"
#include "fuzz/campaign/regression.hpp"
#include "fuzz/corpus/corpus_files.hpp"
#include "fuzz/corpus/minimise.hpp"
#include "fuzz/corpus/seed_corpus.hpp"
#include "fuzz_options.hpp"
#include "judge/interrupt.hpp"
#include "judge/plugin.hpp"
#include "kernel_selection.hpp"
#include "seed.hpp"

namespace brickproof::cli {
namespace {

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

void print_finding(const fuzz::Finding& finding) {
    fmt::print("FAIL {} / {}  [{}]: {}\n    {}\n    smallest case found: {}\n    {}\n", finding.op, finding.variant,
               finding.library, finding.statement, finding.message, finding.sizes, fuzz::replay_command(finding));
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

int fuzz_kernels(const FuzzOptions& options, const std::vector<Kernel>& kernels, double seconds,
                 const fuzz::Shard& shard) {
    Progress progress;
    const fuzz::CampaignOptions campaign{
        .seconds = seconds,
        .jobs = options.jobs,
        .seed = options.seed,
        .shard = shard,
        .corpus = options.corpus,
        .assume = [&](std::string_view op) { return options.selection.assumptions_for(op); },
        .interrupted = &was_interrupted(),
        .on_finding =
            [&](const fuzz::Finding& finding) {
                progress.clear();
                print_finding(finding);
            },
        .on_progress =
            [&](const fuzz::CampaignSummary& so_far) {
                progress.show(so_far.seconds, fmt::format("{} cases, {} kept, {} findings", so_far.executions,
                                                          so_far.kept, so_far.findings.size()));
            }};
    const fuzz::CampaignSummary summary = fuzz::run_campaign(kernels, campaign);
    progress.clear();
    print_summary(summary, options);
    if (!summary.problems.empty()) return usage_error(summary.problems.front());
    if (!summary.findings.empty()) return exit_fail;
    return summary.interrupted ? exit_interrupted : exit_pass;
}

// First the kernels, then the targets; each kernel and each target gets the same share of the time.
int fuzz_all(const FuzzOptions& options) {
    const Expected<std::vector<Kernel>> kernels = options.selection.select();
    if (!kernels) return usage_error(kernels.problem());
    const Expected<fuzz::Shard> shard = parse_shard(options.shard);
    if (!shard) return usage_error(shard.problem());
    const Expected<std::vector<fuzz::EngineTarget>> targets = fuzz::find_targets(options.targets);
    if (!targets) return usage_error(targets.problem());
    if (!targets->empty() && options.corpus.empty())
        return usage_error("--targets needs --corpus DIR: libFuzzer leaves what it finds in files");
    const auto runnable = static_cast<double>(
        std::ranges::count_if(*kernels, [](const Kernel& kernel) { return why_not_runnable(kernel).empty(); }));
    const double searched = runnable + static_cast<double>(targets->size());
    const double share = options.wall_seconds() / std::max(searched, 1.0);
    const int of_kernels = fuzz_kernels(options, *kernels, share * runnable, *shard);
    if (searched == 0.0) return no_kernel_could_be("fuzzed");
    if (targets->empty() || of_kernels > exit_fail) return of_kernels;
    const int of_targets =
        fuzz_targets(options, *targets, share * static_cast<double>(targets->size()), *shard, was_interrupted());
    return std::max(of_kernels, of_targets);
}

// Copies other campaigns' cases, then leaves out what shows nothing of its own. No search.
int tidy_corpora(const FuzzOptions& options) {
    if (options.corpus.empty())
        return usage_error("--merge and --minimise need --corpus DIR, the corpus to work on");
    const Expected<std::vector<Kernel>> kernels = options.selection.select();
    if (!kernels) return usage_error(kernels.problem());
    const Expected<std::vector<fuzz::EngineTarget>> targets = fuzz::find_targets(options.targets);
    if (!targets) return usage_error(targets.problem());
    std::map<std::string, std::vector<fuzz::AssumedKernel>> by_stem;
    for (const Kernel& kernel : *kernels)
        if (why_not_runnable(kernel).empty())
            by_stem[fuzz::stem_of(*kernel.contract)].push_back(
                {&kernel, options.selection.assumptions_for(kernel.contract->op), {}});
    std::size_t cases = 0;
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
        const Expected<fuzz::Minimised> done = fuzz::minimise_corpus(folder, of_op, options.jobs);
        if (!done) return usage_error(done.problem());
        cases += done->before;
        if (done->before > 0)
            fmt::print("{}: {} cases ({} merged), minimised to {}\n", folder, done->before, added, done->after);
    }
    if (cases == 0 && targets->empty())
        return usage_error(
            fmt::format("{} holds no cases of the ops of these kernels (looked for DIR/<op>/)", options.corpus));
    return targets->empty() ? exit_pass : tidy_target_corpora(options, *targets, was_interrupted());
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
    command
        ->add_option("--targets", options->targets,
                     "Search these, too: programs fuzz_* that libFuzzer drives, or folders of them, such as "
                     "build/sanitize/fuzz; needs --corpus")
        ->type_name("PATH...");
    CLI::Option* targets = command->get_option("--targets");
    CLI::Option* seconds =
        command->add_option("--seconds", options->seconds, "How long, over all kernels and targets")
            ->check(CLI::Range(0.1, 1e7))
            ->type_name("S")
            ->capture_default_str();
    CLI::Option* minutes = command->add_option("--minutes", options->minutes, "The same in minutes")
                               ->check(CLI::Range(0.01, 1e5))
                               ->type_name("M")
                               ->excludes(seconds);
    command->add_option("--jobs", options->jobs, "Processes at once")->check(CLI::Range(1, 1024))->type_name("N");
    command->add_option("--seed", options->seed_text, "Seed of the search, or 'random'; it is printed")
        ->type_name("N")
        ->capture_default_str();
    CLI::Option* shard =
        command
            ->add_option("--shard", options->shard,
                         "The I-th of N machines with the same --seed: no two draw the same random numbers")
            ->type_name("I/N")
            ->capture_default_str();
    CLI::Option* corpus =
        command
            ->add_option(
                "--corpus", options->corpus,
                "Folder of cases: DIR/<op>/ is read first, gains what is kept and is minimised in the end; "
                "findings go to DIR/findings/. A campaign that was killed goes on from there")
            ->check(not_empty())
            ->type_name("DIR");
    CLI::Option* merge =
        command
            ->add_option("--merge", options->merge,
                         "Only add the cases of these corpora to the one of --corpus, and minimise it")
            ->type_name("DIR...");
    CLI::Option* minimise =
        command->add_flag("--minimise", options->minimise, "Only minimise the corpus of --corpus");
    CLI::Option* write_corpus =
        command
            ->add_option(
                "--write-corpus", options->write_corpus,
                "Only write the seed corpus of each op to DIR/<op>/: few cases that take every alternative")
            ->check(not_empty())
            ->type_name("DIR");
    // What a command would do nothing with is not taken.
    for (CLI::Option* of_a_search : {seconds, minutes, shard})
        for (CLI::Option* no_search : {merge, minimise, write_corpus}) no_search->excludes(of_a_search);
    for (CLI::Option* of_a_corpus : {targets, corpus, merge, minimise, command->get_option("--kernels")})
        write_corpus->excludes(of_a_corpus);
    command->callback([options, &exit_code] {
        const Expected<std::uint64_t> seed = seed_of(options->seed_text);
        if (!seed) {
            exit_code = usage_error(seed.problem());
            return;
        }
        options->seed = *seed;
        const RememberInterrupts remembering;
        if (!options->write_corpus.empty())
            exit_code = write_corpora(*options);
        else if (options->minimise || !options->merge.empty())
            exit_code = tidy_corpora(*options);
        else
            exit_code = fuzz_all(*options);
    });
}

}  // namespace brickproof::cli
