/* A shared library that is no plug-in: it does not export brickproof_kernels. */
int brickproof_kernel_count(void);
int brickproof_kernel_count(void) {
    return 0;
}
