#include "fuzz/campaign/campaign.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

#include "fuzz/campaign/finding_files.hpp"
#include "fuzz/campaign/worker.hpp"
#include "fuzz/corpus/corpus_files.hpp"
#include "fuzz/corpus/minimise.hpp"
#include "judge/plugin.hpp"

namespace brickproof::fuzz {
namespace {

using Clock = Worker::Clock;

constexpr double silence_limit = 30.0;  // seconds; a case takes microseconds
constexpr int tick_ms = 100;

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
        while ((next_ < tasks_ && !stopped()) || !workers_.empty()) {
            if (stopped()) {
                stop_all();
                break;
            }
            fill();
            serve();
            update();
            options_.on_progress(summary_);
        }
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
    void fill() {
        while (workers_.size() < options_.jobs && next_ < tasks_ && summary_.problems.empty()) {
            const Kernel& kernel = *kernels_[next_ % kernels_.size()];
            const double rounds = static_cast<double>(tasks_) / static_cast<double>(options_.jobs);
            SearchSetup setup{.assume = options_.assume(kernel.contract->op)};
            if (!options_.corpus.empty()) {
                Expected<std::vector<Bytes>> corpus = known_cases(kernel);
                if (!corpus) return summary_.problems.push_back(corpus.problem());
                setup.corpus = std::move(*corpus);
            }
            // A campaign that goes on with what an earlier one left draws other numbers.
            setup.seed = stream_seed(options_.seed, options_.shard.stream(next_ + tasks_ * setup.corpus.size()));
            ++next_;
            workers_.push_back(
                std::make_unique<Worker>(kernel, std::move(setup), options_.seconds / std::max(rounds, 1.0)));
            workers_.back()->start();
        }
    }

    void serve() {
        std::vector<pollfd> ends;
        for (const auto& worker : workers_) ends.push_back({worker->pipe_end(), POLLIN, 0});
        poll(ends.data(), ends.size(), tick_ms);
        for (std::size_t i = workers_.size(); i-- > 0;) {
            Worker& worker = *workers_[i];
            const SearchListener listener{
                .on_kept = [&](const Bytes& bytes) { keep(worker.kernel(), bytes); },
                .on_nearer = [&](std::string_view statement, std::size_t level,
                                 const Bytes& bytes) { note_nearer(worker.kernel(), statement, level, bytes); },
                .on_finding = [&](const Finding& finding) { take(worker.kernel(), finding); },
            };
            if (ends[i].revents == 0) {
                if (worker.is_silent(silence_limit)) worker.stop();
                continue;
            }
            if (worker.read_messages(listener)) continue;
            if (const auto finding = worker.reap(interruption())) take(worker.kernel(), *finding);
            if (worker.wants_restart())
                worker.start();
            else
                retire(i);
        }
    }

    void note_nearer(const Kernel& kernel, std::string_view statement, std::size_t level, const Bytes& bytes) {
        auto& nearest = nearest_[&kernel].by_statement[std::string(statement)];
        if (level > nearest.first) nearest = {level, bytes};
    }

    void retire(std::size_t i) {
        nearest_[&workers_[i]->kernel()].complete |= workers_[i]->been_through_corpus();
        retired_executions_ += workers_[i]->executions();
        count_features(*workers_[i]);
        workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
    }

    // Searches of one op find much the same: the one that found most counts. Later ones begin with what earlier
    // ones kept, so that little is new to them.
    void count_features(const Worker& worker) {
        Coverage& coverage = coverage_[worker.kernel().contract];
        coverage.features = std::max(coverage.features, worker.features());
        coverage.fresh = std::max(coverage.fresh, worker.features() - worker.features_of_corpus());
    }

    void stop_all() {
        const std::atomic<bool> now{true};
        for (std::size_t i = workers_.size(); i-- > 0;) {
            workers_[i]->stop();
            workers_[i]->reap(now);
            retire(i);
        }
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
                   other.statement == finding.statement && other.library == finding.library;
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
        summary_.executions = retired_executions_;
        for (const auto& worker : workers_) {
            summary_.executions += worker->executions();
            count_features(*worker);
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
    std::vector<std::unique_ptr<Worker>> workers_;
    std::size_t retired_executions_ = 0;
    CampaignSummary summary_;
    Clock::time_point begun_ = Clock::now();
};

}  // namespace

CampaignSummary run_campaign(const std::vector<Kernel>& kernels, const CampaignOptions& options) {
    return Campaign(kernels, options).run();
}

}  // namespace brickproof::fuzz
