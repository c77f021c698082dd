// The kernels of q8_0f.dequantize: the scalar one is the definition, the others give its bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_q8_0f_dequantize_fn q8_0f_dequantize_scalar;
brickproof_q8_0f_dequantize_fn q8_0f_dequantize_avx2;  // x86-64
brickproof_q8_0f_dequantize_fn q8_0f_dequantize_neon;  // aarch64

}  // namespace brick
