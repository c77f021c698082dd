// The ops that ggml offers as nodes of a graph only. Empty inputs, which ggml refuses by ending the process, are
// left to the caller.
#pragma once

#include <cstddef>

#include "ggml_graph.hpp"

namespace brickproof::ggml {

void rms_norm(const GraphApi& api, const float* x, const float* weight, float* y, size_t n, float eps);

// ggml's positions are int32: those of 2^31 and more are beyond it.
void rope(const GraphApi& api, float* x, size_t heads, size_t head_dim, size_t position, float theta, int style);

struct AttentionShape {
    size_t seq, heads, kv_heads, head_dim;
};

// By one node, with an online softmax.
void flash_attention(const GraphApi& api, const float* q, const float* k, const float* v, float* out,
                     const AttentionShape& shape);
// By its parts, as without flash attention: scores, softmax, weighted sum over a copy of v that is transposed.
void unfused_attention(const GraphApi& api, const float* q, const float* k, const float* v, float* out,
                       const AttentionShape& shape);

}  // namespace brickproof::ggml
