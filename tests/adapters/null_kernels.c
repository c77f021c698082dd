/* A table that says it has a kernel and does not point to any. */
#include "brickproof/kernel_abi.h"

static const brickproof_kernel_table table = {BRICKPROOF_ABI_VERSION, "bad plug-in", 1, NULL};

const brickproof_kernel_table* brickproof_kernels(void) {
    return &table;
}
