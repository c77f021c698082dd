// How near each case of a corpus brings a kernel to its bounds, found out in a child process, which it may ruin.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "engine/case.hpp"
#include "judge/kernel.hpp"

namespace brickproof::fuzz {

struct Approach {
    std::size_t index;      // of the case
    std::size_t statement;  // of the kernel's
    std::size_t level;      // as share_level counts
};

struct SurveyedKernel {
    const Kernel* kernel;
    std::vector<std::string> assume;
    std::size_t number;  // the caller's
};

// For each kernel one entry for each case and statement with a share of a bound. A case that ends its process has
// none. `jobs` kernels at once.
std::vector<std::vector<Approach>> survey_shares(std::span<const SurveyedKernel> kernels,
                                                 std::span<const Bytes> cases, std::size_t jobs);

}  // namespace brickproof::fuzz
