#pragma once

// Kernels that prove the judge: wrong ones, each of which it must catch, and right ones that compute in
// another way, none of which it may blame.

#include <span>

namespace brickproof::faults {

/// A kernel of any op, cast as in the kernel table.
using Kernel = void (*)(void);

/// A wrong kernel, and the statement that must catch it.
struct PlantedFault {
    const char* op;
    const char* name;       ///< snake_case, says what is wrong
    const char* caught_by;  ///< the statement expected to fail; comma-separated where any of several may be the one
    const char* why;        ///< what a kernel author did to get there, and the class of bug
    Kernel fn;
};

/// A right kernel that differs from the definition in how it computes.
struct CorrectKernel {
    const char* op;
    const char* name;
    const char* note;  ///< what differs in the result, such as "ties to even"; "" where nothing does
    Kernel fn;
};

/// All planted faults, op by op. Each op's are those of its <stem>_faults(), in <stem>_faults.cpp.
std::span<const PlantedFault> planted_faults();

/// All correct kernels, op by op: those of <stem>_correct(), in <stem>_correct.cpp.
std::span<const CorrectKernel> correct_kernels();

}  // namespace brickproof::faults
