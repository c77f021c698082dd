// ggml's implementations as kernels of the table.
#pragma once

#include <span>
#include <vector>

#include "brickproof/kernel_abi.h"
#include "ggml_implementation.hpp"

namespace brickproof::ggml {

// One kernel for each function that an implementation has, in the order given; q8_0.gemv, which ggml does not
// export for this layout, is its dot called row by row, and its variant ends in "_by_rows". At most
// implementation_limit implementations, and one call in a process: the kernels stay bound to the implementations of
// the last.
std::vector<brickproof_kernel> make_kernels(std::span<const Implementation> implementations);

}  // namespace brickproof::ggml
