// A guided search in a child process, which a kernel may ruin: its parent notes how, and starts another.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "fuzz/search/guided_search.hpp"
#include "judge/call_watch.hpp"
#include "judge/child_pool.hpp"
#include "judge/flight_recorder.hpp"
#include "judge/shared.hpp"

namespace brickproof::fuzz {

// What a search tells while it runs, in memory that outlives it.
struct SearchRecord : FlightRecorder {
    std::atomic<std::uint64_t> features{0};
    std::atomic<std::uint64_t> features_of_corpus{0};
    std::atomic<bool> been_through_corpus{false};
};

class Worker {
  public:
    using Clock = std::chrono::steady_clock;

    // `kernel` must outlive the worker.
    Worker(const Kernel& kernel, SearchSetup setup, double seconds);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // The search, by one child after another: what ends a child is a finding, and the next one goes on without the
    // statement that was being judged. The clock starts with the first. `interrupted` cuts shrinking short.
    ChildTask task(const SearchListener& listener, const std::atomic<bool>& interrupted);

    std::size_t executions() const { return recorder_->cases.load(std::memory_order_relaxed); }
    std::size_t features() const { return recorder_->features.load(std::memory_order_relaxed); }
    std::size_t features_of_corpus() const { return recorder_->features_of_corpus.load(std::memory_order_relaxed); }
    bool been_through_corpus() const { return recorder_->been_through_corpus.load(std::memory_order_relaxed); }
    const Kernel& kernel() const { return kernel_; }

  private:
    void take_line(const std::string& line, const SearchListener& listener);
    bool take_end(const ChildEnd& end, const SearchListener& listener, const std::atomic<bool>& interrupted);
    Finding shrink_end(const std::string& statement, bool hung, const std::string& what,
                       const std::atomic<bool>& interrupted) const;

    const Kernel& kernel_;
    SearchSetup setup_;
    double seconds_;
    Shared<SearchRecord> recorder_;
    CallWatch watch_{recorder_->pulse, {}};
    LineReader lines_;
    std::optional<Clock::time_point> deadline_;
    bool done_ = false;
};

}  // namespace brickproof::fuzz
