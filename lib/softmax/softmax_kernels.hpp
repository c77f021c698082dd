// The kernels of softmax: the scalar one is the definition. They differ in the order of the sum, and so in last
// bits.
//
// All: a masked entry (-Inf) gives exactly 0, a row with nothing but masked entries gives zeros; a NaN or a +Inf
// makes every y a NaN. Within one call an entry's y depends on its value alone, not on where it stands.
#pragma once

#include <cstddef>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_softmax_fn softmax_scalar;
brickproof_softmax_fn softmax_avx2;  // x86-64
brickproof_softmax_fn softmax_neon;  // aarch64

}  // namespace brick
