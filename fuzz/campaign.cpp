#include "fuzz/campaign.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

#include "fuzz/corpus_files.hpp"
#include "fuzz/worker.hpp"
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
        shards_ = kernels_.empty() ? 0 : (options.jobs + kernels_.size() - 1) / kernels_.size();
        tasks_ = kernels_.size() * shards_;
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

    // Every task gets the same share of the time; more than one shard a kernel where there are jobs to spare.
    void fill() {
        while (workers_.size() < options_.jobs && next_ < tasks_ && summary_.problems.empty()) {
            const Kernel& kernel = *kernels_[next_ % kernels_.size()];
            const double rounds = static_cast<double>(tasks_) / static_cast<double>(options_.jobs);
            SearchSetup setup{.assume = options_.assume(kernel.contract->op),
                              .seed = options_.seed + 0x9E3779B97F4A7C15u * (next_ / kernels_.size())};
            if (!options_.corpus.empty()) {
                Expected<std::vector<Bytes>> corpus = read_corpus(folder_of(kernel));
                if (!corpus) return summary_.problems.push_back(corpus.problem());
                setup.corpus = std::move(*corpus);
            }
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

    void retire(std::size_t i) {
        retired_executions_ += workers_[i]->executions();
        workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
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
        ++summary_.kept;
        store(folder_of(kernel), bytes);
    }

    void take(const Kernel& kernel, const Finding& finding) {
        const bool known = std::ranges::any_of(summary_.findings, [&](const Finding& other) {
            return other.op == finding.op && other.variant == finding.variant &&
                   other.statement == finding.statement && other.library == finding.library;
        });
        if (known) return;
        summary_.findings.push_back(finding);
        store(findings_folder_of(kernel), finding.bytes);
        options_.on_finding(finding);
    }

    void store(const std::string& folder, const Bytes& bytes) {
        if (options_.corpus.empty()) return;
        const Expected<std::string> path = write_input(folder, bytes);
        if (!path && summary_.problems.empty()) summary_.problems.push_back(path.problem());
    }

    void update() {
        summary_.executions = retired_executions_;
        for (const auto& worker : workers_) summary_.executions += worker->executions();
        summary_.seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
    }

    const CampaignOptions& options_;
    std::vector<const Kernel*> kernels_;
    std::size_t shards_ = 0;
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
