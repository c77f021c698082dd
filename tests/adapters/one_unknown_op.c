/* One kernel of an op that is known, right, and one of an op that is not. */
#include "brickproof/kernel_abi.h"

static void none(void) {}

static void dequantize(const int8_t* q, const float* scales, float* y, size_t n) {
    for (size_t i = 0; i < n; ++i) y[i] = scales[i / 32] * (float)q[i];
}

static const brickproof_kernel kernels[] = {{"q8_0.dto", "mistyped", "", "", 0, none},
                                            {"q8_0f.dequantize", "right", "", "", 0, (void (*)(void))dequantize}};
static const brickproof_kernel_table table = {BRICKPROOF_ABI_VERSION, "one unknown op", 2, kernels};

const brickproof_kernel_table* brickproof_kernels(void) {
    return &table;
}
