// The library's kernels, op by op, as the build's list of ops names them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "brickproof/kernel_abi.h"

namespace brick {

// One span per op: scalar (the definition) first.
std::vector<std::span<const brickproof_kernel>> kernels_by_op();

// The variants that this library was built with, the faster ones last: scalar, then those of
// cmake/BrickproofOps.cmake.
std::span<const std::string_view> variants_by_rank();

}  // namespace brick
