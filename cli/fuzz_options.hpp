// What was typed behind `brickproof fuzz`, and what its parts share.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fuzz/campaign/engine_target.hpp"
#include "fuzz/search/random_stream.hpp"
#include "kernel_selection.hpp"
#include "progress_line.hpp"

namespace brickproof::cli {

struct FuzzOptions {
    KernelSelection selection;
    std::vector<std::string> targets;  // programs that libFuzzer drives, or folders of them
    double seconds = 60.0;
    double minutes = 0.0;
    std::size_t jobs = std::max(1u, std::thread::hardware_concurrency());
    std::string seed_text = "1";
    std::uint64_t seed = 1;
    std::string shard = "1/1";
    std::string corpus;
    std::vector<std::string> merge;
    bool minimise = false;
    std::string write_corpus;

    double wall_seconds() const { return minutes > 0.0 ? 60.0 * minutes : seconds; }
};

// Told from a search twice a second at most.
class Progress {
  public:
    void show(double seconds, std::string_view text) {
        if (seconds < next_) return;
        next_ = seconds + 0.5;
        line_.show(fmt::format("{:.0f} s, {}", seconds, text));
    }
    void clear() const { line_.clear(); }

  private:
    ProgressLine line_;
    double next_ = 0.0;
};

// The part that libFuzzer does, with its summary; returns the exit code.
int fuzz_targets(const FuzzOptions& options, const std::vector<fuzz::EngineTarget>& targets, double seconds,
                 const fuzz::Shard& shard, const std::atomic<bool>& interrupted);
int tidy_target_corpora(const FuzzOptions& options, const std::vector<fuzz::EngineTarget>& targets,
                        const std::atomic<bool>& interrupted);

}  // namespace brickproof::cli
