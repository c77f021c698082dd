/* The kernel table: how a library hands its compute kernels to Brickproof (C ABI, version 1).
 *
 * A plug-in is a shared library, in any language, that exports one function:
 *
 *     const brickproof_kernel_table *brickproof_kernels(void);
 *
 * The table and all that it points to must live as long as the library is loaded.
 * This header is C99, depends on nothing and is all that a plug-in needs.
 */
#ifndef BRICKPROOF_KERNEL_ABI_H
#define BRICKPROOF_KERNEL_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BRICKPROOF_ABI_VERSION 1u

/* Values in one block of the Q8_0 formats. */
#define BRICKPROOF_Q8_0_BLOCK 32

/* One block of GGUF's Q8_0: value i is qs[i] * d. 34 bytes, aligned to 2. */
typedef struct brickproof_q8_0 {
    uint16_t d;                       /* scale, the bits of an IEEE 754 half */
    int8_t qs[BRICKPROOF_Q8_0_BLOCK]; /* quants */
} brickproof_q8_0;

/* One kernel: one implementation of one op. */
typedef struct brickproof_kernel {
    const char* op;           /* such as "q8_0.dot"; the list is below */
    const char* variant;      /* names this implementation, such as "avx2" */
    const char* cpu_features; /* what the CPU must have: "avx2,fma"; "" for nothing */
    const char* assumes;      /* preconditions by the contract's names: "quants>-128"; usually "" */
    size_t read_slack;        /* bytes that it may read past the end of an input; usually 0 */
    void (*fn)(void);         /* the kernel, cast from the op's function type */
} brickproof_kernel;

typedef struct brickproof_kernel_table {
    uint32_t abi_version; /* BRICKPROOF_ABI_VERSION */
    const char* library;  /* name and version, for reports */
    size_t count;         /* number of kernels */
    const brickproof_kernel* kernels;
} brickproof_kernel_table;

/* The one function that a plug-in exports. */
const brickproof_kernel_table* brickproof_kernels(void);
typedef const brickproof_kernel_table* brickproof_kernels_fn(void);

/* The ops and their function types.
 *
 * The same fine print holds for every op: pointers are aligned to their element type only (float 4,
 * block 2, int8 1) and buffers do not overlap; n = 0 and rows = 0 do nothing (a dot is 0), cols = 0
 * gives 0; n and cols of q8_0.* are multiples of 32. Kernels are re-entrant and keep no state that
 * shows. They leave the floating-point environment as they found it.
 */

/* q8_0.quantize: x[n] -> y[n/32] */
typedef void brickproof_q8_0_quantize_fn(const float* x, brickproof_q8_0* y, size_t n);
/* q8_0.dequantize: x[n/32] -> y[n] */
typedef void brickproof_q8_0_dequantize_fn(const brickproof_q8_0* x, float* y, size_t n);
/* q8_0.dot: sum over i < n of a_i * b_i */
typedef float brickproof_q8_0_dot_fn(const brickproof_q8_0* a, const brickproof_q8_0* b, size_t n);
/* q8_0.gemv: y[rows] = w[rows][cols] * x[cols], w row-major */
typedef void brickproof_q8_0_gemv_fn(const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, size_t rows,
                                     size_t cols);
/* q8_0f.quantize: x[n] -> q[n], scales[ceil(n/32)]; any n; a partial last block counts as padded with zeros */
typedef void brickproof_q8_0f_quantize_fn(const float* x, int8_t* q, float* scales, size_t n);
/* q8_0f.dequantize: q[n], scales[ceil(n/32)] -> y[n] */
typedef void brickproof_q8_0f_dequantize_fn(const int8_t* q, const float* scales, float* y, size_t n);
/* f16.from_f32: x[n] -> y[n], the bits of halves, rounded to nearest even */
typedef void brickproof_f16_from_f32_fn(const float* x, uint16_t* y, size_t n);
/* f16.to_f32: x[n], the bits of halves -> y[n] */
typedef void brickproof_f16_to_f32_fn(const uint16_t* x, float* y, size_t n);

#ifdef __cplusplus
}
#endif

#endif
