// The kernels that bricks run: those of the ISA that is chosen now, or the scalar ones, which are the definition.
// Unlike the checked API of an op, a brick checks its weights once, when it is made.
#pragma once

#include "brick/result.hpp"
#include "brickproof/kernel_abi.h"

namespace brick {

struct LayerKernels {
    brickproof_rms_norm_fn* rms_norm = nullptr;
    brickproof_gemv_fn* gemv = nullptr;
    brickproof_swiglu_fn* swiglu = nullptr;
    brickproof_rope_fn* rope = nullptr;
    brickproof_attention_fn* attention = nullptr;
    brickproof_q8_0_quantize_fn* q8_0_quantize = nullptr;
    brickproof_q8_0_dequantize_fn* q8_0_dequantize = nullptr;
    brickproof_q8_0_gemv_fn* q8_0_gemv = nullptr;
    brickproof_q8_0f_quantize_fn* q8_0f_quantize = nullptr;
    brickproof_q8_0f_dequantize_fn* q8_0f_dequantize = nullptr;
};

// Error: a BRICKPROOF_ISA that cannot be obeyed.
Result<LayerKernels> active_kernels();

const LayerKernels& scalar_kernels();

}  // namespace brick
