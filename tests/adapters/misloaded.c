/* Plug-ins that never get as far as their table: what they do while they are loaded is a matter of their
 * definitions. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "brickproof/kernel_abi.h"

const brickproof_kernel_table* brickproof_kernels(void) {
    return 0;
}

__attribute__((constructor)) static void while_loading(void) {
    fputs("no licence found\n", stderr);
#if defined(WHILE_LOADING_EXITS)
    exit(0);
#elif defined(WHILE_LOADING_ABORTS)
    abort();
#elif defined(WHILE_LOADING_HANGS)
    for (;;) pause();
#else
    _exit(0);
#endif
}
