// brickproof fuzz --targets: programs that libFuzzer drives.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "commands.hpp"
#include "fuzz/campaign/target_campaign.hpp"
#include "fuzz/corpus/corpus_files.hpp"
#include "fuzz_options.hpp"

namespace brickproof::cli {
namespace {

void print_finding(const fuzz::TargetFinding& finding, const std::vector<fuzz::EngineTarget>& targets) {
    const auto target = std::ranges::find(targets, finding.target, &fuzz::EngineTarget::name);
    fmt::print("FAIL {}: {}\n    {} {}\n    as a file of fuzz/corpus/{}/ it is a test that stays\n", finding.target,
               finding.message, target->path, finding.path, finding.target.substr(finding.target.find('_') + 1));
    std::fflush(stdout);
}

int exit_code_of(const fuzz::TargetSummary& summary) {
    if (!summary.problems.empty()) return usage_error(summary.problems.front());
    if (!summary.findings.empty()) return exit_fail;
    return summary.interrupted ? exit_interrupted : exit_pass;
}

void print_corpus(const fuzz::TargetSummary& summary, const std::string& corpus) {
    if (summary.corpus_before > 0)
        fmt::print("corpus {}/fuzz_*: {} inputs, minimised to {}\n", corpus, summary.corpus_before,
                   summary.corpus_after);
}

fuzz::TargetCampaignOptions campaign_of(const FuzzOptions& options, const std::atomic<bool>& interrupted) {
    return {.jobs = options.jobs, .seed = options.seed, .corpus = options.corpus, .interrupted = &interrupted};
}

}  // namespace

int fuzz_targets(const FuzzOptions& options, const std::vector<fuzz::EngineTarget>& targets, double seconds,
                 const fuzz::Shard& shard, const std::atomic<bool>& interrupted) {
    Progress progress;
    fuzz::TargetCampaignOptions campaign = campaign_of(options, interrupted);
    campaign.seconds = seconds;
    campaign.shard = shard;
    campaign.on_finding = [&](const fuzz::TargetFinding& finding) {
        progress.clear();
        print_finding(finding, targets);
    };
    campaign.on_progress = [&](const fuzz::TargetSummary& so_far) {
        progress.show(so_far.seconds, fmt::format("{} targets, {} executions, {} findings", so_far.targets,
                                                  so_far.executions, so_far.findings.size()));
    };
    const fuzz::TargetSummary summary = fuzz::run_target_campaign(targets, campaign);
    progress.clear();
    print_corpus(summary, options.corpus);
    fmt::print(
        "{}{} targets searched by libFuzzer for {:.1f} s (seed {}, shard {}): {} executions, {:.0f} a second, "
        "{} features ({} new), {} findings\n",
        summary.interrupted ? "interrupted: " : "", summary.targets, summary.seconds, options.seed, options.shard,
        summary.executions, static_cast<double>(summary.executions) / std::max(summary.seconds, 0.1),
        summary.features, summary.new_features, summary.findings.size());
    return exit_code_of(summary);
}

int tidy_target_corpora(const FuzzOptions& options, const std::vector<fuzz::EngineTarget>& targets,
                        const std::atomic<bool>& interrupted) {
    for (const fuzz::EngineTarget& target : targets)
        for (const std::string& other : options.merge) {
            const auto part = [&](const std::string& root) {
                return (std::filesystem::path(root) / target.name).string();
            };
            const auto merged = fuzz::merge_corpus(part(other), part(options.corpus));
            if (!merged) return usage_error(merged.problem());
        }
    const fuzz::TargetSummary summary = fuzz::minimise_targets(targets, campaign_of(options, interrupted));
    print_corpus(summary, options.corpus);
    return exit_code_of(summary);
}

}  // namespace brickproof::cli
