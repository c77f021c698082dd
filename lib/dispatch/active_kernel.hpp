// The kernel that an op runs now. Each op has one ActiveKernel over its rows of the kernel table.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "brick/result.hpp"
#include "brickproof/kernel_abi.h"

namespace brick {

class ActiveKernel {
  public:
    // rows: the op's kernels, scalar first; they must outlive this object.
    constexpr explicit ActiveKernel(std::span<const brickproof_kernel> rows) : rows_(rows) {}

    // The row to run. Two atomic loads once it is known. Error: a BRICKPROOF_ISA that cannot be obeyed.
    Result<const brickproof_kernel*> get();

  private:
    // The generation of the choice (dispatch/selection.hpp) for which a row was found, and that row's index:
    // generation * 256 + index in one word, so that no thread ever sees one without the other.
    std::atomic<std::uint64_t> found_{0};
    std::span<const brickproof_kernel> rows_;
};

// The function of a row, as the op's type.
template <class Function>
Function* kernel_function(const brickproof_kernel& kernel) {
    return reinterpret_cast<Function*>(kernel.fn);
}

// A row of the kernel table that keeps the ABI's promises in full: no preconditions, no over-read.
template <class Function>
brickproof_kernel kernel_row(const char* op, const char* variant, const char* cpu_features, Function* function) {
    return {op, variant, cpu_features, "", 0, reinterpret_cast<void (*)()>(function)};
}

}  // namespace brick
