// ggml's implementations as kernels of the table.
#pragma once

#include <span>
#include <vector>

#include "brickproof/kernel_abi.h"
#include "ggml_implementation.hpp"

namespace brickproof::ggml {

// One kernel for each function that an implementation has, in the order given, and where it computes graphs those
// of rms_norm, rope and attention. gemv and q8_0.gemv, which ggml does not export for this layout, are its dots
// called row by row, and their variants end in "_by_rows"; attention by its parts ends in "_unfused". At most
// implementation_limit implementations, and one call in a process: the kernels stay bound to the implementations of
// the last.
std::vector<brickproof_kernel> make_kernels(std::span<const Implementation> implementations);

}  // namespace brickproof::ggml
