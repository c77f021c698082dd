// A fuzzing campaign: guided searches over many kernels, in child processes, within a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/statement_runner.hpp"

namespace brickproof::fuzz {

struct CampaignSummary {
    std::size_t executions = 0;  // byte strings tried
    std::size_t kept = 0;        // that showed something new
    double seconds = 0.0;
    std::size_t kernels = 0;  // searched
    std::vector<std::string> not_run{};
    std::vector<Finding> findings{};      // one for each kernel and statement
    std::vector<std::string> problems{};  // with the corpus on disk
    bool interrupted = false;
};

struct CampaignOptions {
    double seconds = 60.0;  // of wall time, shared out among the kernels
    std::size_t jobs = 1;
    std::uint64_t seed = 1;
    // Kept cases are read from and written to corpus/<stem>/, findings go to corpus/findings/<stem>/; "" for
    // neither.
    std::string corpus{};
    std::function<std::vector<std::string>(std::string_view op)> assume = [](std::string_view) {
        return std::vector<std::string>{};
    };
    const std::atomic<bool>* interrupted = nullptr;  // set by a signal handler
    std::function<void(const Finding&)> on_finding = [](const Finding&) {};
    std::function<void(const CampaignSummary&)> on_progress = [](const CampaignSummary&) {};
};

// Files that cannot be written are problems in the summary; an unreadable corpus ends it before it starts.
CampaignSummary run_campaign(const std::vector<Kernel>& kernels, const CampaignOptions& options);

}  // namespace brickproof::fuzz
