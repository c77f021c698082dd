/* A plug-in needs the ABI's header and nothing else. */
#include "brickproof/kernel_abi.h"

const brickproof_kernel_table* brickproof_kernels(void) {
    static const brickproof_kernel_table table = {BRICKPROOF_ABI_VERSION, "consumer", 0, 0};
    return &table;
}
