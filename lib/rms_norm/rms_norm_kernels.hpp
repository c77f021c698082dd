// The kernels of rms_norm: the scalar one is the definition, the others give its bits.
#pragma once

#include <cstddef>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_rms_norm_fn rms_norm_scalar;
brickproof_rms_norm_fn rms_norm_avx2;  // x86-64
brickproof_rms_norm_fn rms_norm_neon;  // aarch64

}  // namespace brick
