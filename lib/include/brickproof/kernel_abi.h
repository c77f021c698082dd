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
 * gives the bias or 0; n and cols of q8_0.* are multiples of 32; head_dim is even for rope; heads is a
 * multiple of kv_heads, seq >= 1; eps >= 0, theta > 0. Kernels are re-entrant and keep no state that
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
/* gemv: y[rows] = w[rows][cols] * x[cols] + bias[rows], w row-major; bias may be NULL */
typedef void brickproof_gemv_fn(const float* w, const float* x, const float* bias, float* y, size_t rows,
                                size_t cols);
/* rms_norm: y_i = x_i * weight_i / sqrt(mean of x^2 + eps) */
typedef void brickproof_rms_norm_fn(const float* x, const float* weight, float* y, size_t n, float eps);
/* softmax: y_i = exp(x_i - max) / sum over j of exp(x_j - max); an x of -Inf is masked: its y is 0 */
typedef void brickproof_softmax_fn(const float* x, float* y, size_t n);
/* swiglu: y_i = silu(gate_i) * up_i, silu(g) = g / (1 + exp(-g)) */
typedef void brickproof_swiglu_fn(const float* gate, const float* up, float* y, size_t n);
/* rope: rotates pair i of every head of x[heads][head_dim], in place, by position * theta^(-2i/head_dim).
 * style 0 (NORM): pairs (2i, 2i+1); style 2 (NEOX): pairs (i, i + head_dim/2) */
typedef void brickproof_rope_fn(float* x, size_t heads, size_t head_dim, size_t position, float theta, int style);
/* attention: one query token q[heads][head_dim] over k, v[seq][kv_heads][head_dim] -> out[heads][head_dim];
 * head h reads kv head h / (heads / kv_heads); scores q.k / sqrt(head_dim), then softmax over seq */
typedef void brickproof_attention_fn(const float* q, const float* k, const float* v, float* out, size_t seq,
                                     size_t heads, size_t kv_heads, size_t head_dim);

#ifdef __cplusplus
}
#endif

#endif
