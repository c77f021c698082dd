// The kernels of q8_0f.quantize: the scalar one is the definition, the others give its bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_q8_0f_quantize_fn q8_0f_quantize_scalar;
brickproof_q8_0f_quantize_fn q8_0f_quantize_avx2;  // x86-64
brickproof_q8_0f_quantize_fn q8_0f_quantize_neon;  // aarch64

}  // namespace brick
