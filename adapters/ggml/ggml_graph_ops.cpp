#include "ggml_graph_ops.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace brickproof::ggml {
namespace {

int64_t length(size_t n) {
    return static_cast<int64_t>(n);
}

// As llama.cpp computes it.
float score_scale(const AttentionShape& shape) {
    return 1.0f / std::sqrt(static_cast<float>(shape.head_dim));
}

Tensor* one_query(Graph& graph, const float* q, const AttentionShape& shape) {
    return graph.tensor(q, {length(shape.head_dim), 1, length(shape.heads)});
}

Tensor* cache(Graph& graph, const float* data, const AttentionShape& shape) {
    return graph.tensor(data, {length(shape.head_dim), length(shape.kv_heads), length(shape.seq)});
}

}  // namespace

void rms_norm(const GraphApi& api, const float* x, const float* weight, float* y, size_t n, float eps) {
    Graph graph(api);
    Tensor* norm = api.rms_norm(graph.context(), graph.tensor(x, {length(n)}), eps);
    Tensor* result = api.mul(graph.context(), norm, graph.tensor(weight, {length(n)}));
    // ggml makes one pass of the two, or multiplies in place.
    graph.place(norm, y);
    graph.place(result, y);
    graph.compute(result);
}

void rope(const GraphApi& api, float* x, size_t heads, size_t head_dim, size_t position, float theta, int style) {
    Graph graph(api);
    const auto ggml_position = static_cast<int32_t>(position);
    Tensor* heads_of_token = graph.tensor(x, {length(head_dim), length(heads), 1});
    Tensor* positions = graph.tensor(&ggml_position, {1}, Type::i32);
    // No scaling of the frequencies: the context length and the two betas are read for YaRN only, which an
    // extension factor of 0 switches off. The styles have the numbers of ggml's modes.
    graph.compute(api.rope_inplace(graph.context(), heads_of_token, positions, nullptr, static_cast<int>(head_dim),
                                   style, 0, theta, 1.0f, 0.0f, 1.0f, 32.0f, 1.0f));
}

void flash_attention(const GraphApi& api, const float* q, const float* k, const float* v, float* out,
                     const AttentionShape& shape) {
    Graph graph(api);
    Context* context = graph.context();
    // To [kv_heads][seq][head_dim], which is a view.
    Tensor* keys = api.permute(context, cache(graph, k, shape), 0, 2, 1, 3);
    Tensor* values = api.permute(context, cache(graph, v, shape), 0, 2, 1, 3);
    Tensor* result = api.flash_attention(context, one_query(graph, q, shape), keys, values, nullptr,
                                         score_scale(shape), 0.0f, 0.0f);
    graph.place(result, out);
    graph.compute(result);
}

void unfused_attention(const GraphApi& api, const float* q, const float* k, const float* v, float* out,
                       const AttentionShape& shape) {
    thread_local std::vector<float> scratch;
    const size_t score_count = shape.heads * shape.seq;
    const size_t value_count = shape.kv_heads * shape.seq * shape.head_dim;
    if (scratch.size() < score_count + value_count) scratch.resize(score_count + value_count);

    Graph graph(api);
    Context* context = graph.context();
    Tensor* keys = api.permute(context, cache(graph, k, shape), 0, 2, 1, 3);
    Tensor* scores = api.mul_mat(context, keys, one_query(graph, q, shape));
    Tensor* weights = api.soft_max(context, scores, nullptr, score_scale(shape), 0.0f);
    // To [kv_heads][head_dim][seq].
    Tensor* values = api.cont(context, api.permute(context, cache(graph, v, shape), 1, 2, 0, 3));
    Tensor* result = api.mul_mat(context, values, weights);
    graph.place(scores, scratch.data());
    graph.place(weights, scratch.data());
    graph.place(values, scratch.data() + score_count);
    graph.place(result, out);
    graph.compute(result);
}

}  // namespace brickproof::ggml
