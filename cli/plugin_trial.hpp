// Whether a plug-in can be loaded at all, asked in a child process: its constructors and its brickproof_kernels()
// are code that may crash, hang, or end the process with exit code 0, as if all had been judged and passed.
#pragma once

#include <string>

#include "engine/expected.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::cli {

// The problem says what the plug-in did. What is wrong with its table is no problem here: loading it in this
// process says that.
Expected<Done> try_plugin(const std::string& path, double seconds_to_load);

}  // namespace brickproof::cli
