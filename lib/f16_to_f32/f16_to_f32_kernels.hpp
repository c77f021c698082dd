// The kernels of f16.to_f32: the scalar one is the definition, the others give its bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_f16_to_f32_fn f16_to_f32_scalar;
brickproof_f16_to_f32_fn f16_to_f32_avx2;  // x86-64
brickproof_f16_to_f32_fn f16_to_f32_neon;  // aarch64

}  // namespace brick
