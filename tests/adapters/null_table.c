/* No table. */
#include "brickproof/kernel_abi.h"

const brickproof_kernel_table* brickproof_kernels(void) {
    return NULL;
}
