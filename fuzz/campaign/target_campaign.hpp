// The part of a campaign that libFuzzer drives: many targets, each a program, within a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fuzz/campaign/engine_target.hpp"
#include "fuzz/search/random_stream.hpp"

namespace brickproof::fuzz {

struct TargetFinding {
    std::string target;
    std::string statement;  // what does not hold, alike for all inputs
    std::string message;    // a sentence
    std::string path;       // the input that shows it; "" where libFuzzer wrote none
};

struct TargetSummary {
    std::size_t executions = 0;
    std::size_t targets = 0;
    double seconds = 0.0;
    std::size_t features = 0;  // of instrumentation, over all targets
    std::size_t new_features = 0;
    std::size_t corpus_before = 0;  // inputs in the corpora before they were minimised, and after
    std::size_t corpus_after = 0;
    std::vector<TargetFinding> findings{};  // one for each target and statement
    std::vector<std::string> problems{};
    bool interrupted = false;
};

struct TargetCampaignOptions {
    double seconds = 60.0;  // of wall time, shared out among the targets
    std::size_t jobs = 1;
    std::uint64_t seed = 1;
    Shard shard{};
    // corpus/<target>/ is read and gains what is kept; inputs that fail are files of corpus/findings/<target>/,
    // which are run first.
    std::string corpus{};
    bool minimise = true;
    const std::atomic<bool>* interrupted = nullptr;
    std::function<void(const TargetFinding&)> on_finding = [](const TargetFinding&) {};
    std::function<void(const TargetSummary&)> on_progress = [](const TargetSummary&) {};
};

// Killed at any moment, it has lost what it was doing and nothing that libFuzzer had written.
TargetSummary run_target_campaign(const std::vector<EngineTarget>& targets, const TargetCampaignOptions& options);

// Only leaves out of corpus/<target>/ what reaches nothing of its own.
TargetSummary minimise_targets(const std::vector<EngineTarget>& targets, const TargetCampaignOptions& options);

}  // namespace brickproof::fuzz
