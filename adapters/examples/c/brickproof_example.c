/* A guest in C: two Q8_0 kernels and the table that hands them to Brickproof. Copy this file to judge your own.
 *
 *     cc -std=c99 -shared -fPIC -O2 -I lib/include adapters/examples/c/brickproof_example.c -o example.so
 *     brickproof verify --kernels example.so
 *
 * The header is all that it takes: nothing of Brickproof is linked.
 */
#include "brickproof/kernel_abi.h"

#include <string.h>

/* A Q8_0 block is 32 small integers and one scale, an IEEE 754 half. Every half is a float too, so this is exact.
 */
static float float_from_half(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t exponent = (half >> 10) & 0x1fu;
    const uint32_t fraction = half & 0x3ffu;
    uint32_t bits;
    float value;

    if (exponent == 0) { /* zero or subnormal: fraction times the smallest half */
        value = (float)fraction * 0x1p-24f;
        return sign != 0 ? -value : value;
    }
    if (exponent == 31) { /* infinity or NaN */
        bits = sign | 0x7f800000u | fraction << 13;
    } else { /* the exponent's bias is 15 in a half and 127 in a float */
        bits = sign | (exponent + 112u) << 23 | fraction << 13;
    }
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* q8_0.dequantize: x[n/32] -> y[n] */
static void dequantize(const brickproof_q8_0* x, float* y, size_t n) {
    for (size_t i = 0; i < n; ++i) {
        const brickproof_q8_0* block = &x[i / BRICKPROOF_Q8_0_BLOCK];
        y[i] = float_from_half(block->d) * (float)block->qs[i % BRICKPROOF_Q8_0_BLOCK];
    }
}

/* q8_0.dot: within a block the sum is one of integers and exact; only the sum over the blocks rounds. */
static float dot(const brickproof_q8_0* a, const brickproof_q8_0* b, size_t n) {
    float sum = 0.0f;
    for (size_t block = 0; block < n / BRICKPROOF_Q8_0_BLOCK; ++block) {
        int32_t products = 0;
        for (size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; ++i) {
            products += (int32_t)a[block].qs[i] * (int32_t)b[block].qs[i];
        }
        sum += float_from_half(a[block].d) * float_from_half(b[block].d) * (float)products;
    }
    return sum;
}

/* The table. These kernels run on any CPU, assume nothing and read nothing past the end of their inputs. An AVX2
 * kernel would say "avx2" twice: as its variant, which is only a name, and as the CPU feature that it needs. */
static const brickproof_kernel kernels[] = {
    {"q8_0.dequantize", "c99", "", "", 0, (void (*)(void))dequantize},
    {"q8_0.dot", "c99", "", "", 0, (void (*)(void))dot},
};

static const brickproof_kernel_table table = {
    BRICKPROOF_ABI_VERSION,
    "example in C",
    sizeof kernels / sizeof kernels[0],
    kernels,
};

/* The one function that Brickproof looks for. The attribute matters only under -fvisibility=hidden. */
__attribute__((visibility("default"))) const brickproof_kernel_table* brickproof_kernels(void) {
    return &table;
}
