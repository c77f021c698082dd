// The kernels of q8_0.gemv: the scalar one is the definition. All sum whole blocks in integers, exactly. In each
// kernel a row's result depends on that row and x alone, to the bit: not on how many rows there are, nor on which
// one it is. A block whose scale is NaN or Inf makes its rows NaN or Inf.
#pragma once

#include <cstddef>
#include <cstdint>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_q8_0_gemv_fn q8_0_gemv_scalar;
brickproof_q8_0_gemv_fn q8_0_gemv_avx2;          // x86-64
brickproof_q8_0_gemv_fn q8_0_gemv_avx_vnni;      // x86-64
brickproof_q8_0_gemv_fn q8_0_gemv_neon;          // aarch64
brickproof_q8_0_gemv_fn q8_0_gemv_neon_dotprod;  // aarch64

}  // namespace brick
