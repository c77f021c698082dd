#include "fuzz/campaign/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>

#include "fuzz/campaign/finding_files.hpp"
#include "fuzz/campaign/worker.hpp"
#include "fuzz/corpus/corpus_files.hpp"
#include "fuzz/corpus/minimise.hpp"
#include "judge/plugin.hpp"

namespace brickproof::fuzz {
namespace {

using Clock = Worker::Clock;

class Campaign {
  public:
    Campaign(const std::vector<Kernel>& kernels, const CampaignOptions& options) : options_(options) {
        for (const Kernel& kernel : kernels) {
            const std::string reason = why_not_runnable(kernel);
            if (reason.empty())
                kernels_.push_back(&kernel);
            else
                summary_.not_run.push_back(fmt::format("{} / {}: {}", kernel.contract->op, kernel.variant, reason));
        }
        summary_.kernels = kernels_.size();
        copies_ = kernels_.empty() ? 0 : (options.jobs + kernels_.size() - 1) / kernels_.size();
        tasks_ = kernels_.size() * copies_;
    }

    CampaignSummary run() {
        run_children([this] { return next_task(); }, {.jobs = options_.jobs,
                                                      .stopped = [this] { return stopped(); },
                                                      .on_tick =
                                                          [this] {
                                                              update();
                                                              options_.on_progress(summary_);
                                                          }});
        summary_.interrupted = interrupted();
        update();
        if (options_.minimise && !options_.corpus.empty() && !stopped()) minimise();
        return std::move(summary_);
    }

  private:
    bool interrupted() const { return options_.interrupted != nullptr && options_.interrupted->load(); }
    bool stopped() const { return interrupted() || !summary_.problems.empty(); }
    const std::atomic<bool>& interruption() const {
        static const std::atomic<bool> never{false};
        return options_.interrupted != nullptr ? *options_.interrupted : never;
    }

    std::string folder_of(const Kernel& kernel) const {
        return (std::filesystem::path(options_.corpus) / stem_of(*kernel.contract)).string();
    }
    std::string findings_folder_of(const Kernel& kernel) const {
        return (std::filesystem::path(options_.corpus) / "findings" / stem_of(*kernel.contract)).string();
    }

    // Findings first: what failed is seen to fail still.
    Expected<std::vector<Bytes>> known_cases(const Kernel& kernel) const {
        Expected<std::vector<Bytes>> cases = read_corpus(findings_folder_of(kernel), ".case");
        if (!cases) return cases;
        const Expected<std::vector<Bytes>> kept = read_corpus(folder_of(kernel));
        if (!kept) return kept;
        cases->insert(cases->end(), kept->begin(), kept->end());
        return cases;
    }

    void minimise() {
        std::map<const Contract*, std::vector<AssumedKernel>> by_op;
        for (const Kernel* kernel : kernels_)
            by_op[kernel->contract].push_back({kernel, options_.assume(kernel->contract->op), nearest_of(*kernel)});
        for (const auto& [contract, kernels] : by_op) {
            if (interrupted()) return;
            const Expected<Minimised> done =
                minimise_corpus(folder_of(*kernels.front().kernel), kernels, options_.jobs);
            if (!done) return summary_.problems.push_back(done.problem());
            summary_.corpus_before += done->before;
            summary_.corpus_after += done->after;
        }
    }

    // Of a kernel that has tried the corpus it began with: what it has tried since it has kept or not.
    std::optional<std::vector<Bytes>> nearest_of(const Kernel& kernel) const {
        const auto known = nearest_.find(&kernel);
        if (known == nearest_.end() || !known->second.complete) return std::nullopt;
        std::vector<Bytes> cases;
        for (const auto& [statement, approach] : known->second.by_statement) cases.push_back(approach.second);
        return cases;
    }

    // Every task gets the same share of the time; more than one search a kernel where there are jobs to spare.
    std::optional<ChildTask> next_task() {
        if (next_ == tasks_) return std::nullopt;
        const Kernel& kernel = *kernels_[next_ % kernels_.size()];
        const double rounds = static_cast<double>(tasks_) / static_cast<double>(options_.jobs);
        SearchSetup setup{.assume = options_.assume(kernel.contract->op)};
        if (!options_.corpus.empty()) {
            Expected<std::vector<Bytes>> corpus = known_cases(kernel);
            if (!corpus) {
                summary_.problems.push_back(corpus.problem());
                return std::nullopt;
            }
            setup.corpus = std::move(*corpus);
        }
        // A campaign that goes on with what an earlier one left draws other numbers.
        setup.seed = stream_seed(options_.seed, options_.shard.stream(next_ + tasks_ * setup.corpus.size()));
        ++next_;
        workers_.emplace_back(kernel, std::move(setup), options_.seconds / std::max(rounds, 1.0));
        return workers_.back().task(
            {
                .on_kept = [this, &kernel](const Bytes& bytes) { keep(kernel, bytes); },
                .on_nearer = [this, &kernel](std::string_view statement, std::size_t level,
                                             const Bytes& bytes) { note_nearer(kernel, statement, level, bytes); },
                .on_finding = [this, &kernel](const Finding& finding) { take(kernel, finding); },
            },
            interruption());
    }

    void note_nearer(const Kernel& kernel, std::string_view statement, std::size_t level, const Bytes& bytes) {
        auto& nearest = nearest_[&kernel].by_statement[std::string(statement)];
        if (level > nearest.first) nearest = {level, bytes};
    }

    // Searches of one op find much the same: the one that found most counts. Later ones begin with what earlier
    // ones kept, so that little is new to them.
    void count_features(const Worker& worker) {
        Coverage& coverage = coverage_[worker.kernel().contract];
        coverage.features = std::max(coverage.features, worker.features());
        coverage.fresh = std::max(coverage.fresh, worker.features() - worker.features_of_corpus());
    }

    void keep(const Kernel& kernel, const Bytes& bytes) {
        // What the corpus has already is tried first and so is kept again, by every search of the op.
        if (!options_.corpus.empty() && has_input(folder_of(kernel), bytes)) return;
        ++summary_.kept;
        store(folder_of(kernel), bytes);
    }

    void take(const Kernel& kernel, Finding finding) {
        finding.assumed = options_.assume(kernel.contract->op);
        const bool known = std::ranges::any_of(summary_.findings, [&](const Finding& other) {
            return other.op == finding.op && other.variant == finding.variant &&
                   other.statement == finding.statement && other.plugin_path == finding.plugin_path;
        });
        if (known) return;
        summary_.findings.push_back(finding);
        if (!options_.corpus.empty()) {
            const Expected<Done> written = write_finding(findings_folder_of(kernel), finding);
            if (!written && summary_.problems.empty()) summary_.problems.push_back(written.problem());
        }
        options_.on_finding(finding);
    }

    void store(const std::string& folder, const Bytes& bytes) {
        if (options_.corpus.empty()) return;
        const Expected<std::string> path = write_input(folder, bytes);
        if (!path && summary_.problems.empty()) summary_.problems.push_back(path.problem());
    }

    void update() {
        summary_.executions = 0;
        for (const Worker& worker : workers_) {
            summary_.executions += worker.executions();
            count_features(worker);
            nearest_[&worker.kernel()].complete |= worker.been_through_corpus();
        }
        summary_.features = 0;
        summary_.new_features = 0;
        for (const auto& [contract, coverage] : coverage_) {
            summary_.features += coverage.features;
            summary_.new_features += coverage.fresh;
        }
        summary_.seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
    }

    struct Coverage {
        std::size_t features = 0;
        std::size_t fresh = 0;
    };

    // What came nearest to the bound of each statement of a kernel, and at which level; whether a search of it has
    // been through the corpus.
    struct Nearest {
        std::map<std::string, std::pair<std::size_t, Bytes>> by_statement;
        bool complete = false;
    };

    const CampaignOptions& options_;
    std::map<const Kernel*, Nearest> nearest_;
    std::vector<const Kernel*> kernels_;
    std::map<const Contract*, Coverage> coverage_;
    std::size_t copies_ = 0;
    std::size_t tasks_ = 0;
    std::size_t next_ = 0;
    std::deque<Worker> workers_;  // those that have ended, too
    CampaignSummary summary_;
    Clock::time_point begun_ = Clock::now();
};

}  // namespace

CampaignSummary run_campaign(const std::vector<Kernel>& kernels, const CampaignOptions& options) {
    return Campaign(kernels, options).run();
}

}  // namespace brickproof::fuzz
