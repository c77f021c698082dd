// Judges kernels in child processes: whatever a kernel does to its process, the run goes on.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

#include "judge/judge.hpp"
#include "judge/time_limits.hpp"
#include "report/verdict.hpp"

namespace brickproof {

struct IsolationOptions {
    std::size_t jobs = 1;
    // Set from a signal handler: no new kernel is begun, children are ended, what was judged is returned.
    const std::atomic<bool>* interrupted = nullptr;
    // Called in this process for each kernel judged, in the order in which they end.
    std::function<void(const KernelVerdict&)> on_kernel = [](const KernelVerdict&) {};
    // Of each kernel. What is left of one whose time is over is NOT RUN, and the kernel unfinished.
    TimeLimits limits{};
    // Of the whole run, seconds: as if it were interrupted then.
    double run_seconds = unlimited;
};

// One verdict per kernel, in the order of `kernels`; a kernel whose CPU features are not there is NOT RUN.
// `options` gives the options of each kernel: the assumptions differ by op.
std::vector<KernelVerdict> judge_isolated(const std::vector<Kernel>& kernels,
                                          const std::function<JudgeOptions(const Kernel&)>& options,
                                          const IsolationOptions& isolation);

}  // namespace brickproof
