// The kernels of gemv. The scalar one is the definition; the others add in another order, both in the same one.
#pragma once

#include <cstddef>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_gemv_fn gemv_scalar;
brickproof_gemv_fn gemv_avx2;  // x86-64
brickproof_gemv_fn gemv_neon;  // aarch64

}  // namespace brick
