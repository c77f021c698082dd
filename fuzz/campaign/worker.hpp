// A guided search in a child process, which a kernel may ruin: its parent notes how, and starts another.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "fuzz/search/guided_search.hpp"
#include "judge/child_process.hpp"
#include "judge/flight_recorder.hpp"

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
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // Starts a child for the time that is left. The clock starts with the first.
    void start();
    int pipe_end() const { return pipe_; }

    // Reads what the child tells. False once it is gone.
    bool read_messages(const SearchListener& listener);

    // The child has begun no case for so long that it must hang where no signal reaches it.
    bool is_silent(double seconds);
    void stop();

    // Takes leave of a child that is gone. What is returned ended it: the search is to be started again, without
    // the statement that was being judged. `interrupted` cuts the shrinking short.
    std::optional<Finding> reap(const std::atomic<bool>& interrupted);
    bool wants_restart() const { return wants_restart_; }

    std::size_t executions() const { return recorder_->cases.load(std::memory_order_relaxed); }
    std::size_t features() const { return recorder_->features.load(std::memory_order_relaxed); }
    std::size_t features_of_corpus() const { return recorder_->features_of_corpus.load(std::memory_order_relaxed); }
    bool been_through_corpus() const { return recorder_->been_through_corpus.load(std::memory_order_relaxed); }
    const Kernel& kernel() const { return kernel_; }

  private:
    void take_line(const std::string& line, const SearchListener& listener);
    Finding shrink_end(const std::string& statement, bool hung, const std::string& what,
                       const std::atomic<bool>& interrupted) const;

    const Kernel& kernel_;
    SearchSetup setup_;
    double seconds_;
    SearchRecord* recorder_;
    LineReader lines_;
    std::optional<Clock::time_point> deadline_;
    Clock::time_point last_sign_{};
    std::uint64_t last_cases_ = 0;
    pid_t child_ = -1;
    int pipe_ = -1;
    bool done_ = false;
    bool silent_ = false;
    bool wants_restart_ = false;
};

}  // namespace brickproof::fuzz
