/* Stands in for libggml-base.so: the symbols that the plug-in looks for. Tensors of a context are in its memory, as
 * in ggml; what ggml asserts, this one does too. */
#include <stdlib.h>
#include <string.h>

#include "fake_ggml.h"

struct ggml_init_params {
    size_t mem_size;
    void* mem_buffer;
    bool no_alloc;
};

struct ggml_context {
    char* memory;
    size_t size;
    size_t used;
};

struct ggml_backend_buffer {
    uintptr_t begin, end;
};

const char* ggml_version(void);
void dequantize_row_q8_0(const void* x, float* y, int64_t n);
void quantize_row_q8_0(const float* x, void* y, int64_t n);

struct ggml_context* ggml_init(struct ggml_init_params params);
void ggml_free(struct ggml_context* context);
size_t ggml_tensor_overhead(void);
size_t ggml_graph_overhead_custom(size_t size, bool grads);
struct ggml_tensor* ggml_new_tensor(struct ggml_context* context, int type, int n_dims, const int64_t* ne);
struct ggml_backend_buffer* ggml_backend_cpu_buffer_from_ptr(void* pointer, size_t size);
int ggml_backend_tensor_alloc(struct ggml_backend_buffer* buffer, struct ggml_tensor* tensor, void* address);
struct ggml_cgraph* ggml_new_graph_custom(struct ggml_context* context, size_t size, bool grads);
void ggml_build_forward_expand(struct ggml_cgraph* graph, struct ggml_tensor* tensor);
struct ggml_tensor* ggml_rms_norm(struct ggml_context* context, struct ggml_tensor* a, float eps);
struct ggml_tensor* ggml_mul(struct ggml_context* context, struct ggml_tensor* a, struct ggml_tensor* b);
struct ggml_tensor* ggml_mul_mat(struct ggml_context* context, struct ggml_tensor* a, struct ggml_tensor* b);
struct ggml_tensor* ggml_cont(struct ggml_context* context, struct ggml_tensor* a);
struct ggml_tensor* ggml_permute(struct ggml_context* context, struct ggml_tensor* a, int axis0, int axis1,
                                 int axis2, int axis3);
struct ggml_tensor* ggml_soft_max_ext(struct ggml_context* context, struct ggml_tensor* a, struct ggml_tensor* mask,
                                      float scale, float max_bias);
struct ggml_tensor* ggml_rope_ext_inplace(struct ggml_context* context, struct ggml_tensor* a,
                                          struct ggml_tensor* b, struct ggml_tensor* c, int n_dims, int mode,
                                          int n_ctx_orig, float freq_base, float freq_scale, float ext_factor,
                                          float attn_factor, float beta_fast, float beta_slow);
struct ggml_tensor* ggml_flash_attn_ext(struct ggml_context* context, struct ggml_tensor* q, struct ggml_tensor* k,
                                        struct ggml_tensor* v, struct ggml_tensor* mask, float scale,
                                        float max_bias, float logit_softcap);

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

static void require(bool condition) {
    if (!condition) abort();
}

struct ggml_context* ggml_init(struct ggml_init_params params) {
    require(params.mem_buffer != NULL && params.no_alloc);
    struct ggml_context* context = malloc(sizeof *context);
    require(context != NULL);
    *context = (struct ggml_context){params.mem_buffer, params.mem_size, 0};
    return context;
}

void ggml_free(struct ggml_context* context) {
    free(context);
}

static void* allocate(struct ggml_context* context, size_t size) {
    require(context->used + size <= context->size);
    void* memory = context->memory + context->used;
    context->used += size;
    return memset(memory, 0, size);
}

size_t ggml_tensor_overhead(void) {
    return sizeof(struct ggml_tensor);
}

size_t ggml_graph_overhead_custom(size_t size, bool grads) {
    (void)size, (void)grads;
    return sizeof(struct ggml_cgraph);
}

static struct ggml_tensor* new_node(struct ggml_context* context, enum fake_op op, const int64_t* ne, int n_dims) {
    struct ggml_tensor* tensor = allocate(context, sizeof *tensor);
    tensor->op = op;
    size_t stride = sizeof(float);
    for (int i = 0; i < 4; ++i) {
        tensor->ne[i] = i < n_dims ? ne[i] : 1;
        require(tensor->ne[i] > 0);
        tensor->nb[i] = stride;
        stride *= (size_t)tensor->ne[i];
    }
    return tensor;
}

struct ggml_tensor* ggml_new_tensor(struct ggml_context* context, int type, int n_dims, const int64_t* ne) {
    require(type == 0 || type == 26);
    return new_node(context, FAKE_DATA, ne, n_dims);
}

struct ggml_backend_buffer* ggml_backend_cpu_buffer_from_ptr(void* pointer, size_t size) {
    static struct ggml_backend_buffer buffer;
    require(pointer != NULL && (uintptr_t)pointer % 32 == 0 && (uintptr_t)pointer + size > (uintptr_t)pointer);
    buffer = (struct ggml_backend_buffer){(uintptr_t)pointer, (uintptr_t)pointer + size};
    return &buffer;
}

int ggml_backend_tensor_alloc(struct ggml_backend_buffer* buffer, struct ggml_tensor* tensor, void* address) {
    const uintptr_t begin = (uintptr_t)address;
    require(tensor->data == NULL && tensor->op != FAKE_VIEW);
    require(begin >= buffer->begin && begin + tensor->nb[3] * (size_t)tensor->ne[3] <= buffer->end);
    tensor->data = address;
    return 0;
}

struct ggml_cgraph* ggml_new_graph_custom(struct ggml_context* context, size_t size, bool grads) {
    (void)size, (void)grads;
    return allocate(context, sizeof(struct ggml_cgraph));
}

void ggml_build_forward_expand(struct ggml_cgraph* graph, struct ggml_tensor* tensor) {
    graph->result = tensor;
}

struct ggml_tensor* ggml_rms_norm(struct ggml_context* context, struct ggml_tensor* a, float eps) {
    struct ggml_tensor* node = new_node(context, FAKE_RMS_NORM, a->ne, 4);
    node->src[0] = a;
    node->parameter = eps;
    return node;
}

struct ggml_tensor* ggml_mul(struct ggml_context* context, struct ggml_tensor* a, struct ggml_tensor* b) {
    struct ggml_tensor* node = new_node(context, FAKE_MUL, a->ne, 4);
    node->src[0] = a;
    node->src[1] = b;
    return node;
}

struct ggml_tensor* ggml_mul_mat(struct ggml_context* context, struct ggml_tensor* a, struct ggml_tensor* b) {
    require(a->ne[0] == b->ne[0] && b->ne[2] % a->ne[2] == 0 && a->nb[0] == sizeof(float));
    const int64_t ne[4] = {a->ne[1], b->ne[1], b->ne[2], b->ne[3]};
    struct ggml_tensor* node = new_node(context, FAKE_MUL_MAT, ne, 4);
    node->src[0] = a;
    node->src[1] = b;
    return node;
}

struct ggml_tensor* ggml_cont(struct ggml_context* context, struct ggml_tensor* a) {
    struct ggml_tensor* node = new_node(context, FAKE_CONT, a->ne, 4);
    node->src[0] = a;
    return node;
}

struct ggml_tensor* ggml_permute(struct ggml_context* context, struct ggml_tensor* a, int axis0, int axis1,
                                 int axis2, int axis3) {
    const int axes[4] = {axis0, axis1, axis2, axis3};
    struct ggml_tensor* node = new_node(context, FAKE_VIEW, a->ne, 4);
    for (int i = 0; i < 4; ++i) {
        node->ne[axes[i]] = a->ne[i];
        node->nb[axes[i]] = a->nb[i];
    }
    node->src[0] = a;
    node->data = a->data;
    return node;
}

struct ggml_tensor* ggml_soft_max_ext(struct ggml_context* context, struct ggml_tensor* a, struct ggml_tensor* mask,
                                      float scale, float max_bias) {
    require(mask == NULL && max_bias == 0.0f);
    struct ggml_tensor* node = new_node(context, FAKE_SOFT_MAX, a->ne, 4);
    node->src[0] = a;
    node->parameter = scale;
    return node;
}

struct ggml_tensor* ggml_rope_ext_inplace(struct ggml_context* context, struct ggml_tensor* a,
                                          struct ggml_tensor* b, struct ggml_tensor* c, int n_dims, int mode,
                                          int n_ctx_orig, float freq_base, float freq_scale, float ext_factor,
                                          float attn_factor, float beta_fast, float beta_slow) {
    (void)n_ctx_orig, (void)beta_fast, (void)beta_slow;
    require(c == NULL && n_dims == a->ne[0] && b->ne[0] == a->ne[2]);
    require(freq_scale == 1.0f && ext_factor == 0.0f && attn_factor == 1.0f);
    struct ggml_tensor* node = new_node(context, FAKE_ROPE, a->ne, 4);
    node->src[0] = a;
    node->src[1] = b;
    node->data = a->data;
    node->parameter = freq_base;
    node->mode = mode;
    return node;
}

struct ggml_tensor* ggml_flash_attn_ext(struct ggml_context* context, struct ggml_tensor* q, struct ggml_tensor* k,
                                        struct ggml_tensor* v, struct ggml_tensor* mask, float scale,
                                        float max_bias, float logit_softcap) {
    require(mask == NULL && max_bias == 0.0f && logit_softcap == 0.0f);
    require(q->ne[0] == k->ne[0] && q->ne[2] % k->ne[2] == 0);
    const int64_t ne[4] = {v->ne[0], q->ne[2], q->ne[1], q->ne[3]};
    struct ggml_tensor* node = new_node(context, FAKE_FLASH_ATTENTION, ne, 4);
    node->src[0] = q;
    node->src[1] = k;
    node->src[2] = v;
    node->parameter = scale;
    return node;
}
