/* Two kernels of one op and variant: whoever asks for one of them by name gets both. */
#include "brickproof/kernel_abi.h"

static void dequantize(const brickproof_q8_0* x, float* y, size_t n) {
    (void)x;
    for (size_t i = 0; i < n; ++i) y[i] = 0.0f;
}

static const brickproof_kernel kernels[] = {
    {"q8_0.dequantize", "avx2", "", "", 0, (void (*)(void))dequantize},
    {"q8_0.dequantize", "avx2", "", "", 0, (void (*)(void))dequantize},
};
static const brickproof_kernel_table table = {BRICKPROOF_ABI_VERSION, "bad plug-in", 2, kernels};

const brickproof_kernel_table* brickproof_kernels(void) {
    return &table;
}
