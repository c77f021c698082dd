// The kernels of q8_0.dot: the scalar one is the definition. All sum whole blocks in integers, exactly (avx_vnni:
// eighths of a block); they differ in the order in which they add the blocks up. A block whose scale is NaN or Inf
// makes the result NaN or Inf.
#pragma once

#include <cstddef>
#include <cstdint>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_q8_0_dot_fn q8_0_dot_scalar;
brickproof_q8_0_dot_fn q8_0_dot_avx2;          // x86-64
brickproof_q8_0_dot_fn q8_0_dot_avx_vnni;      // x86-64
brickproof_q8_0_dot_fn q8_0_dot_neon;          // aarch64
brickproof_q8_0_dot_fn q8_0_dot_neon_dotprod;  // aarch64

}  // namespace brick
