/* A kernel without a function. */
#include "brickproof/kernel_abi.h"

static const brickproof_kernel kernels[] = {{"q8_0.dequantize", "bad", "", "", 0, NULL}};
static const brickproof_kernel_table table = {BRICKPROOF_ABI_VERSION, "bad plug-in", 1, kernels};

const brickproof_kernel_table* brickproof_kernels(void) {
    return &table;
}
