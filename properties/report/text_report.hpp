// The report for people: what was found, each in sentences, then a table of all kernels.
#pragma once

#include <string>

#include "report/verdict.hpp"

namespace brickproof {

struct TextOptions {
    bool colour = false;
    std::string program = "brickproof";  // as the replay command is to be typed
};

// What is to be typed to replay a case of the kernel.
std::string replay_command(const KernelVerdict& kernel, const std::string& token, const TextOptions& options);

// FAILs, KNOWNs and NOTEs of one kernel, and the first lines that it printed; empty where there is nothing to say.
std::string findings_text(const KernelVerdict& kernel, const TextOptions& options);

// All statements of one kernel, passed ones too: what replay prints.
std::string statements_text(const KernelVerdict& kernel, const TextOptions& options);

// Kernels x verdicts, and the closing line: "N of M kernels judged: ...".
std::string table_text(const Report& report, const TextOptions& options);

}  // namespace brickproof
