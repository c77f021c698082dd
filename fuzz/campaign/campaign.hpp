// A fuzzing campaign: guided searches over many kernels, in child processes, within a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/search/random_stream.hpp"
#include "fuzz/search/statement_runner.hpp"

namespace brickproof::fuzz {

struct CampaignSummary {
    std::size_t executions = 0;  // byte strings tried
    std::size_t kept = 0;        // that showed something new, and that the corpus did not have
    double seconds = 0.0;
    std::size_t kernels = 0;        // searched
    std::size_t features = 0;       // told apart, over all ops
    std::size_t new_features = 0;   // of them, those that no case of the corpus had
    std::size_t corpus_before = 0;  // cases in the corpus before it was minimised, and after
    std::size_t corpus_after = 0;
    std::vector<std::string> not_run{};
    std::vector<Finding> findings{};      // one for each kernel and statement
    std::vector<std::string> problems{};  // with the corpus on disk
    bool interrupted = false;
};

struct CampaignOptions {
    double seconds = 60.0;  // of wall time, shared out among the kernels
    std::size_t jobs = 1;
    std::uint64_t seed = 1;
    Shard shard{};
    // Kept cases are read from and written to corpus/<stem>/, findings are files of corpus/findings/<stem>/, whose
    // cases are tried first; "" for neither.
    std::string corpus{};
    bool minimise = true;  // the corpora in the end
    std::function<std::vector<std::string>(std::string_view op)> assume = [](std::string_view) {
        return std::vector<std::string>{};
    };
    const std::atomic<bool>* interrupted = nullptr;  // set by a signal handler
    std::function<void(const Finding&)> on_finding = [](const Finding&) {};
    std::function<void(const CampaignSummary&)> on_progress = [](const CampaignSummary&) {};
};

// Files that cannot be written are problems in the summary; an unreadable corpus ends it before it starts.
// Killed at any moment, it has lost what it was doing and nothing that it had kept or found.
CampaignSummary run_campaign(const std::vector<Kernel>& kernels, const CampaignOptions& options);

}  // namespace brickproof::fuzz
