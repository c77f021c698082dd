// A case that a kernel fails, as files: its operands and results for numpy, and a C program that shows the fault
// without Brickproof.
#pragma once

#include <string>
#include <vector>

#include "engine/expected.hpp"
#include "judge/kernel.hpp"
#include "judge/statement_list.hpp"
#include "report/verdict.hpp"

namespace brickproof {

// May the kernel be called for it? One that ruins its process may not.
enum class Calls { made, none };

// Writes into `folder`, which is made where it is not there, each file whole or not at all. Says what was written,
// in sentences. Problems: the folder holds files of others; a file cannot be written.
Expected<std::string> dump_case(const Kernel& kernel, const JudgedStatement& statement,
                                const StatementVerdict& finding, const Bytes& bytes, const std::string& folder,
                                Calls calls);

}  // namespace brickproof
