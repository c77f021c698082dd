// Loads kernel tables: the library's own and plug-ins'.
#pragma once

#include <string>
#include <vector>

#include "engine/expected.hpp"
#include "judge/kernel.hpp"

namespace brickproof {

// The kernels of the library itself. They promise what a guest need not: the definition's bits from every ISA.
std::vector<Kernel> own_kernels();

// The kernels of a plug-in. Problems, one sentence each: no such file, no shared library, no brickproof_kernels,
// another ABI version, a null or empty table, a kernel without op, variant or function, an unknown op or
// precondition.
Expected<std::vector<Kernel>> load_plugin(const std::string& path);

// Why this CPU cannot run a kernel, such as "this CPU has no avx512f"; empty if it can.
std::string why_not_runnable(const Kernel& kernel);

}  // namespace brickproof
