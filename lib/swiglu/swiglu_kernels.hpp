// The kernels of swiglu: the scalar one is the definition, the others give its bits.
//
// A NaN in gate or up makes that y a NaN. Finite inputs never do. silu is accurate as long as it is not 0: far
// below -88.72 too, where exp(-gate) is beyond all floats.
#pragma once

#include <cstddef>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_swiglu_fn swiglu_scalar;
brickproof_swiglu_fn swiglu_avx2;  // x86-64
brickproof_swiglu_fn swiglu_neon;  // aarch64

}  // namespace brick
