// Runs kernels on golden cases, each in child processes, several at once: a kernel that crashes, hangs or exits
// costs the case that it was on.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cases/golden_case.hpp"
#include "judge/kernel.hpp"
#include "judge/kernel_runner.hpp"
#include "judge/time_limits.hpp"

namespace brickproof::golden {

// A kernel and the cases that it is to be run on.
struct Job {
    const Kernel* kernel = nullptr;
    std::vector<const GoldenCase*> cases;
};

// What a child says of one case.
struct Reply {
    bool lost = false;   // the kernel ended its process
    std::string text{};  // what `work` returned; of a lost one, how the process ended
};

// Runs in a child process: one case by one kernel.
using Work = std::function<std::string(KernelRunner&, const Kernel&, const GoldenCase&)>;

// The replies of every job, in the order of its cases, whatever the number of processes. A kernel that hangs is
// given up after some seconds. Throws std::system_error where no process can be had, and Interrupted.
std::vector<std::vector<Reply>> run_jobs(std::span<const Job> jobs, const Work& work, std::size_t processes,
                                         const TimeLimits& limits);

// The outputs of one kernel.
struct CaseRun {
    const GoldenCase* golden = nullptr;
    std::string failure{};  // why there are no outputs
    Outputs outputs{};
};
struct KernelRun {
    std::string op;
    std::string library;
    std::string variant;
    std::string not_runnable{};  // why nothing was run
    std::vector<CaseRun> cases{};
};
std::vector<KernelRun> run_kernels(std::span<const Kernel> kernels, std::span<const GoldenCase> cases,
                                   std::size_t processes);
KernelRun run_kernel(const Kernel& kernel, std::span<const GoldenCase> cases, std::size_t processes);

}  // namespace brickproof::golden
