// Loads kernel tables: the library's own and plug-ins'.
#pragma once

#include <string>
#include <vector>

#include "engine/expected.hpp"
#include "judge/kernel.hpp"

namespace brickproof {

// A row of a table whose op this brickproof does not know: newer than it, or mistyped.
struct UnknownKernel {
    std::string library;
    std::string op;
    std::string variant;
    std::string where{};
    std::string why{};  // "this brickproof does not know the op 'q8_0.dto'; the nearest that it knows is q8_0.dot"
};

// The kernels of the library itself. They promise what a guest need not: the definition's bits from every ISA.
std::vector<Kernel> own_kernels();

// The kernels of a plug-in. Problems, one sentence each: no such file, no shared library, no brickproof_kernels,
// and those of its table.
// A row of an op that is not known goes to `unknown`, where it is given; else it is a problem of the whole table.
Expected<std::vector<Kernel>> load_plugin(const std::string& path, std::vector<UnknownKernel>* unknown = nullptr);

// A table is outside input. What is longer is no text or no count, but memory that holds something else.
inline constexpr std::size_t longest_table_text = 1024;
inline constexpr std::size_t most_table_rows = 65536;
inline constexpr std::size_t most_read_slack = 4096;

// The kernels of a table that `where` has handed over. Problems, one sentence each: another ABI version, a null or
// empty table, one with too many rows, a kernel without op, variant or function, an unknown op or precondition, a
// text that has no end or that cannot be printed, a read slack beyond a page.
Expected<std::vector<Kernel>> kernels_of_table(const brickproof_kernel_table& table, const std::string& where,
                                               std::vector<UnknownKernel>* unknown = nullptr);

// Why this CPU cannot run a kernel, such as "this CPU has no avx512f"; empty if it can.
std::string why_not_runnable(const Kernel& kernel);

}  // namespace brickproof
