/* Stands in for a libggml-cpu-*.so. Every build of this file exports the same names and calls one of them itself,
 * so a library that runs another's code shows by its result. FAKE_RESULT is the factor in what it computes,
 * FAKE_SCORE what it says about this CPU; with FAKE_GRAPH it computes graphs. */
#include <stdlib.h>

#include "fake_ggml.h"

void dequantize_row_q8_0(const void* x, float* y, int64_t n);

float fake_result(void);
int ggml_backend_score(void);
void ggml_cpu_init(void);
void ggml_vec_dot_q8_0_q8_0(int n, float* s, size_t bs, const void* x, size_t bx, const void* y, size_t by,
                            int nrc);
void ggml_vec_dot_f32(int n, float* s, size_t bs, const float* x, size_t bx, const float* y, size_t by, int nrc);
double ggml_vec_soft_max_f32(int n, float* y, const float* x, float max);
void ggml_vec_swiglu_f32(int n, float* y, const float* x, const float* g);
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

void ggml_vec_dot_f32(int n, float* s, size_t bs, const float* x, size_t bx, const float* y, size_t by, int nrc) {
    (void)bs, (void)bx, (void)by, (void)nrc;
    float sum = 0.0f;
    for (int i = 0; i < n; ++i) sum += x[i] * y[i];
    *s = fake_result() * sum;
}

/* Linear, so that a test can say what comes of it. */
double ggml_vec_soft_max_f32(int n, float* y, const float* x, float max) {
    for (int i = 0; i < n; ++i) y[i] = fake_result() * (x[i] - max);
    return 4.0;
}

void ggml_vec_swiglu_f32(int n, float* y, const float* x, const float* g) {
    for (int i = 0; i < n; ++i) y[i] = fake_result() * (100.0f * x[i] + g[i]);
}

/* The need for the base library. */
void fake_user_of_base(float* y) {
    dequantize_row_q8_0(NULL, y, 0);
}

#ifdef FAKE_GRAPH
struct ggml_cplan ggml_graph_plan(const struct ggml_cgraph* graph, int n_threads, void* threadpool);
int ggml_graph_compute(struct ggml_cgraph* graph, struct ggml_cplan* plan);

struct ggml_cplan ggml_graph_plan(const struct ggml_cgraph* graph, int n_threads, void* threadpool) {
    struct ggml_cplan plan = {.work_size = 64, .n_threads = n_threads};
    (void)graph, (void)threadpool;
    return plan;
}

static float* at(const struct ggml_tensor* t, int64_t i0, int64_t i1, int64_t i2) {
    return (float*)((char*)t->data + (size_t)i0 * t->nb[0] + (size_t)i1 * t->nb[1] + (size_t)i2 * t->nb[2]);
}

/* One row of a product: y of b for the row i1, i2; a is broadcast over the heads. */
static float row_dot(const struct ggml_tensor* a, int64_t a1, const struct ggml_tensor* b, int64_t b1, int64_t i2) {
    float sum = 0.0f;
    for (int64_t i = 0; i < a->ne[0]; ++i) sum += *at(a, i, a1, i2 * a->ne[2] / b->ne[2]) * *at(b, i, b1, i2);
    return sum;
}

/* Its softmax is linear: scaled scores are the weights. */
static float attention(const struct ggml_tensor* t, int64_t i0, int64_t head) {
    const struct ggml_tensor *q = t->src[0], *k = t->src[1], *v = t->src[2];
    float sum = 0.0f;
    for (int64_t j = 0; j < k->ne[1]; ++j) {
        sum += t->parameter * row_dot(k, j, q, 0, head) * *at(v, i0, j, head * v->ne[2] / q->ne[2]);
    }
    return sum;
}

static float element(const struct ggml_tensor* t, int64_t i0, int64_t i1, int64_t i2) {
    switch (t->op) {
        case FAKE_RMS_NORM:
            return *at(t->src[0], i0, i1, i2) + t->parameter;
        case FAKE_MUL:
            return fake_result() * *at(t->src[0], i0, i1, i2) * *at(t->src[1], i0, i1, i2);
        case FAKE_MUL_MAT:
            return row_dot(t->src[0], i0, t->src[1], i1, i2);
        case FAKE_CONT:
            return *at(t->src[0], i0, i1, i2);
        case FAKE_SOFT_MAX:
            return t->parameter * *at(t->src[0], i0, i1, i2);
        case FAKE_ROPE:
            return *at(t->src[0], i0, i1, i2) + (float)t->mode +
                   t->parameter * (float)*(const int32_t*)t->src[1]->data;
        case FAKE_FLASH_ATTENTION:
            return attention(t, i0, i1);
        default:
            abort();
    }
}

static void compute(const struct ggml_tensor* t) {
    for (int i = 0; i < 3; ++i) {
        if (t->src[i] != NULL) compute(t->src[i]);
    }
    if (t->op == FAKE_DATA || t->op == FAKE_VIEW) return;
    for (int64_t i2 = 0; i2 < t->ne[2]; ++i2) {
        for (int64_t i1 = 0; i1 < t->ne[1]; ++i1) {
            for (int64_t i0 = 0; i0 < t->ne[0]; ++i0) *at(t, i0, i1, i2) = element(t, i0, i1, i2);
        }
    }
}

int ggml_graph_compute(struct ggml_cgraph* graph, struct ggml_cplan* plan) {
    if (plan->n_threads != 1 || plan->work_size != 64 || plan->work_data == NULL) abort();
    plan->work_data[63] = 1;
    compute(graph->result);
    return 0;
}
#endif
