// Judges one kernel by its contract, in this process. judge/isolation.hpp does the same in a child process, which
// is what survives every kernel.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/byte_search.hpp"
#include "judge/behaviours.hpp"
#include "judge/kernel.hpp"
#include "judge/probe.hpp"
#include "judge/pulse.hpp"
#include "judge/time_limits.hpp"
#include "report/verdict.hpp"

namespace brickproof {

// How many cases each statement gets.
struct Effort {
    std::size_t random_cases;
    std::size_t costly_cases;      // of statements that cost threads or many runs a case
    bool sweep;                    // every alternative of every choice of the domain
    std::size_t magnitudes = 5;    // of each size, combined: of costly statements, which have no sweep
    std::size_t cases_a_size = 8;  // for each size that is asked for
    bool common_sizes = false;     // asks for those of common models and for large ones
};
inline constexpr Effort quick_effort{60, 3, true, 3, 4};
inline constexpr Effort standard_effort{250, 8, true};
inline constexpr Effort thorough_effort{5000, 60, true, 8, 16, true};

struct JudgeOptions {
    std::uint64_t seed = 1;
    Effort effort = standard_effort;
    bool exhaustive = false;
    std::vector<std::string> assume{};  // of the command line, for this op
    std::vector<StatedSize> sizes{};    // of the command line, for this op
    std::set<std::string> skip{};       // statements that are not to be judged (again)
    std::optional<Bytes> only_case{};   // replay: this case instead of a search
    TimeLimits limits{};                // where its time is over, what is left is NOT RUN
    double seconds_used = 0.0;          // of the kernel's, by who judged it before
};

// Watches the judge: what is being tried, before it is tried.
struct Observer {
    std::function<void(std::string_view statement)> on_statement = [](std::string_view) {};
    std::function<void(const Bytes& bytes)> on_case = [](const Bytes&) {};
    Pulse* pulse = nullptr;  // of its calls
    std::function<void(const StatementVerdict&)> on_verdict = [](const StatementVerdict&) {};
    // Not all was judged that was to be.
    std::function<void(std::string_view why)> on_unfinished = [](std::string_view) {};
};

// All statements of the contract and all behaviours, each on its own.
std::vector<StatementVerdict> judge_kernel(const Kernel& kernel, const JudgeOptions& options,
                                           const Observer& observer = {});

// The statements that judge_kernel goes through for this kernel, with nothing judged: names, kinds, what they say.
std::vector<StatementVerdict> statements_of(const Kernel& kernel, const JudgeOptions& options);

// A crash or hang that ended a whole process while `statement` was judged, as the verdict of the behaviour whose
// role it is.
StatementVerdict stopped_verdict(const Kernel& kernel, const JudgeOptions& options, const std::string& statement,
                                 const Bytes& bytes, Behaviour::Role role, const std::string& what);

}  // namespace brickproof
