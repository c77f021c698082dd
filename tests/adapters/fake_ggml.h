/* What the libraries that stand in for ggml's share: the tensors of a graph and what computes each. */
#ifndef FAKE_GGML_H
#define FAKE_GGML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fake_op {
    FAKE_DATA,
    FAKE_VIEW,
    FAKE_RMS_NORM,
    FAKE_MUL,
    FAKE_MUL_MAT,
    FAKE_CONT,
    FAKE_SOFT_MAX,
    FAKE_ROPE,
    FAKE_FLASH_ATTENTION
};

struct ggml_tensor {
    int64_t ne[4]; /* lengths, the innermost first */
    size_t nb[4];  /* strides in bytes */
    void* data;
    enum fake_op op;
    struct ggml_tensor* src[3];
    float parameter;
    int mode;
};

struct ggml_cgraph {
    struct ggml_tensor* result;
};

struct ggml_cplan {
    size_t work_size;
    uint8_t* work_data;
    int n_threads;
    void* others[4];
};

#endif
