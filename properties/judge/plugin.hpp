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
// and those of its table.
Expected<std::vector<Kernel>> load_plugin(const std::string& path);

// A table is outside input. What is longer is no text or no count, but memory that holds something else.
inline constexpr std::size_t longest_table_text = 1024;
inline constexpr std::size_t most_table_rows = 65536;
inline constexpr std::size_t most_read_slack = 4096;

// The kernels of a table that `where` has handed over. Problems, one sentence each: another ABI version, a null or
// empty table, one with too many rows, a kernel without op, variant or function, an unknown op or precondition, a
// text that has no end or that cannot be printed, a read slack beyond a page.
Expected<std::vector<Kernel>> kernels_of_table(const brickproof_kernel_table& table, const std::string& where);

// Why this CPU cannot run a kernel, such as "this CPU has no avx512f"; empty if it can.
std::string why_not_runnable(const Kernel& kernel);

}  // namespace brickproof
