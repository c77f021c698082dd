// The kernels of swiglu: the scalar one is the definition, the others give its bits.
//
// A NaN in gate or up makes that y a NaN. Finite inputs never do: exp(-gate) is Inf below -88.72, and the quotient
// -0.
#pragma once

#include <cstddef>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_swiglu_fn swiglu_scalar;
brickproof_swiglu_fn swiglu_avx2;  // x86-64
brickproof_swiglu_fn swiglu_neon;  // aarch64

}  // namespace brick
