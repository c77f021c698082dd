/* A kernel for an op that Brickproof has no contract for. */
#include "brickproof/kernel_abi.h"

static void dequantize(const brickproof_q8_0* x, float* y, size_t n) {
    (void)x;
    for (size_t i = 0; i < n; ++i) y[i] = 0.0f;
}

static const brickproof_kernel kernels[] = {{"q9_9.dequantize", "bad", "", "", 0, (void (*)(void))dequantize}};
static const brickproof_kernel_table table = {BRICKPROOF_ABI_VERSION, "bad plug-in", 1, kernels};

const brickproof_kernel_table* brickproof_kernels(void) {
    return &table;
}
