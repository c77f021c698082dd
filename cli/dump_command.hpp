// replay --dump: the case that a kernel fails, as files.
#pragma once

#include <string>
#include <vector>

#include "engine/case.hpp"
#include "engine/expected.hpp"
#include "judge/kernel.hpp"
#include "report/verdict.hpp"

namespace brickproof::cli {

// The kernel and what a replay of the case said about it. In a child process, for the kernel is called. Says in
// sentences what was written.
Expected<std::string> dump_first_fault(const Kernel& kernel, const KernelVerdict& verdict, const Bytes& bytes,
                                       const std::vector<std::string>& assume, const std::string& folder);

}  // namespace brickproof::cli
