// The library's kernels, op by op, as the build's list of ops names them.
#pragma once

#include <span>
#include <vector>

#include "brickproof/kernel_abi.h"

namespace brick {

// One span per op: scalar (the definition) first, then ascending ISA.
std::vector<std::span<const brickproof_kernel>> kernels_by_op();

}  // namespace brick
