// Which kernels are compiled in, which this CPU can run, which are chosen - and how to choose others.
#pragma once

#include <string_view>
#include <vector>

#include "brick/result.hpp"
#include "brickproof/kernel_abi.h"

namespace brick {

// All kernels of this library, grouped by op: scalar (the definition) first.
const brickproof_kernel_table& kernel_table();

// Whether this CPU and its operating system offer every feature of a comma-separated list such as "avx2,fma,f16c".
// The empty list is always there; a name that is not known never is.
bool cpu_has(std::string_view features);

// The first feature of such a list that is not there; empty if nothing is missing.
std::string_view first_missing_feature(std::string_view features);

// Whether cpu_has knows this one name on this architecture.
bool is_known_feature(std::string_view name);

// Makes every op run the named ISA's kernel from now on, in all threads; an op that has none of that name runs its
// best kernel that needs no feature beyond that ISA's. "auto" goes back to the best that this CPU has.
//
// Without a call, the environment variable BRICKPROOF_ISA (if not empty) decides at the first use, and without
// that, "auto". A value that cannot be obeyed is the error of every checked call, until select_isa succeeds.
//
// Errors: unknown_isa, unsupported_isa; both list what could be chosen, and the choice stays as it was.
Result<void> select_isa(std::string_view name);

// One op's kernels, by variant name.
struct IsaReport {
    std::string_view op;
    std::vector<std::string_view> compiled;
    std::vector<std::string_view> supported;
    std::string_view chosen;
};

// The state of every op. Errors: those of a BRICKPROOF_ISA that cannot be obeyed.
Result<std::vector<IsaReport>> isa_report();

}  // namespace brick
