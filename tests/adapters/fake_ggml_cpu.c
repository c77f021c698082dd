/* Stands in for a libggml-cpu-*.so. Every build of this file exports the same names and calls one of them itself,
 * so a library that runs another's code shows by its result. FAKE_RESULT is what its dot returns, FAKE_SCORE what
 * it says about this CPU. */
#include <stddef.h>
#include <stdint.h>

void dequantize_row_q8_0(const void* x, float* y, int64_t n);

float fake_result(void);
int ggml_backend_score(void);
void ggml_cpu_init(void);
void ggml_vec_dot_q8_0_q8_0(int n, float* s, size_t bs, const void* x, size_t bx, const void* y, size_t by,
                            int nrc);
void fake_user_of_base(float* y);

static int initialised;

int ggml_backend_score(void) {
    return FAKE_SCORE;
}

void ggml_cpu_init(void) {
    initialised = 1;
}

/* Through the dynamic linker, as ggml's own calls are. */
float fake_result(void) {
    return initialised ? FAKE_RESULT : -1.0f;
}

/* n values times the result, plus the first quant of x: says which row it was given. */
void ggml_vec_dot_q8_0_q8_0(int n, float* s, size_t bs, const void* x, size_t bx, const void* y, size_t by,
                            int nrc) {
    (void)bs, (void)bx, (void)y, (void)by, (void)nrc;
    *s = fake_result() * (float)n + (float)((const int8_t*)x)[2];
}

/* The need for the base library. */
void fake_user_of_base(float* y) {
    dequantize_row_q8_0(NULL, y, 0);
}
