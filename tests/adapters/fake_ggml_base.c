/* Stands in for libggml-base.so: some of the symbols that the plug-in looks for. */
#include <stdint.h>

const char* ggml_version(void);
void dequantize_row_q8_0(const void* x, float* y, int64_t n);
void quantize_row_q8_0(const float* x, void* y, int64_t n);

const char* ggml_version(void) {
    return "9.8.7";
}

void dequantize_row_q8_0(const void* x, float* y, int64_t n) {
    (void)x;
    for (int64_t i = 0; i < n; ++i) y[i] = 1.0f;
}

/* The name of a CPU library's function, which the fake CPU libraries do not define: theirs must not be taken for
 * it. */
void quantize_row_q8_0(const float* x, void* y, int64_t n) {
    (void)x, (void)y, (void)n;
}
