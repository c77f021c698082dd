// Holds kernels to golden cases.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "cases/golden_case.hpp"
#include "judge/kernel.hpp"
#include "judge/kernel_runner.hpp"

namespace brickproof::golden {

// How this kernel is compared on this case: a plug-in's is a guest.
Comparison comparison_for(const Kernel& kernel, const GoldenCase& golden);

// What a kernel gave, held to the expectation. By bits: equal where the mask (if any) has a 1. By bound: within the
// contract's bound of the golden exact values; a guest on a case that is "bits" for our own kernels, within the
// contract's bound of what its oracle says.
Outcome compare_outputs(const GoldenCase& golden, Comparison comparison, const Outputs& got);

// Runs the kernel trapped, with its outputs poisoned; a crash, an endless loop or a write beyond a buffer fails.
Outcome check_case(KernelRunner& runner, const Kernel& kernel, const GoldenCase& golden);

// Why a kernel is not judged on a case.
enum class Excused {
    no,
    outside,       // the inputs lie outside what the kernel assumes
    its_own,       // the expectation was made by the kernel's own library
    pins_another,  // the bits of our own scalar kernel, and this is another
};
Excused excuse_for(const Kernel& kernel, const GoldenCase& golden, std::span<const std::string> assumed);

struct Failure {
    std::string case_name;
    std::string message;
};

// One kernel on all cases of its op.
struct KernelCheck {
    std::string op;
    std::string library;
    std::string variant;
    std::string not_runnable{};  // why nothing was run
    std::size_t passed = 0;
    std::size_t outside = 0;     // cases outside what the kernel assumes: not judged
    std::size_t its_own = 0;     // cases that its own library made: not judged
    std::size_t by_bound = 0;    // cases whose bits are ours, of which a guest owes the bound only
    double largest_share = 0.0;  // of the bound, of the cases that passed by it
    std::vector<Failure> failures{};
    std::size_t pins_held = 0;
    std::vector<Failure> pins_moved{};  // and how far: no failures
};

// `assumed`: preconditions from the command line, beside those that a kernel itself assumes. Runs in child
// processes: a kernel that ends its process fails the case that it was on, and the next case gets a new child. The
// result does not depend on their number. Throws std::system_error where no process can be had.
using AssumedOf = std::function<std::vector<std::string>(const Kernel&)>;
std::vector<KernelCheck> check_kernels(std::span<const Kernel> kernels, std::span<const GoldenCase> cases,
                                       const AssumedOf& assumed, std::size_t processes,
                                       const TimeLimits& limits = {usual_kernel_seconds});

struct CheckTotal {
    std::size_t judged = 0;  // kernels that ran on at least one case
    std::size_t failed = 0;  // of these, kernels with a failure
};
CheckTotal total_of(std::span<const KernelCheck> checks);

// The summary by op and kernel, then every failure.
std::string check_report(std::span<const KernelCheck> checks, std::span<const GoldenCase> cases);

}  // namespace brickproof::golden
