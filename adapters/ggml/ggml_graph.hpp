// One graph of ggml, built over the caller's memory, run on the calling thread and thrown away.
//
// ggml's libraries come without headers, so what is used of its graph API is declared here. Handles are opaque; the
// signatures have been the same since August 2024.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include "shared_library.hpp"

namespace brickproof::ggml {

struct Context;  // ggml_context
struct Tensor;   // ggml_tensor
struct Nodes;    // ggml_cgraph
struct Buffer;   // ggml_backend_buffer

enum class Type : int32_t { f32 = 0, i32 = 26 };  // of ggml_type

// ggml_init_params
struct ContextParameters {
    size_t memory_size;
    void* memory;
    bool no_alloc;
};

// ggml_cplan begins with these two. What follows differs between versions and goes back to ggml as it came; the
// room for it is ample.
struct Plan {
    size_t work_size;
    std::byte* work;
    std::array<std::byte, 496> rest;
};

struct GraphApi {
    // Of libggml-base.
    Context* (*init)(ContextParameters parameters);
    void (*free)(Context* context);
    size_t (*tensor_overhead)();
    size_t (*graph_overhead)(size_t capacity, bool gradients);
    Tensor* (*new_tensor)(Context* context, Type type, int dimensions, const int64_t* lengths);
    int (*tensor_alloc)(Buffer* buffer, Tensor* tensor, void* data);
    Nodes* (*new_graph)(Context* context, size_t capacity, bool gradients);
    void (*build_forward)(Nodes* nodes, Tensor* result);
    Tensor* (*rms_norm)(Context* context, Tensor* x, float eps);
    Tensor* (*mul)(Context* context, Tensor* a, Tensor* b);
    Tensor* (*mul_mat)(Context* context, Tensor* a, Tensor* b);
    Tensor* (*cont)(Context* context, Tensor* x);
    Tensor* (*permute)(Context* context, Tensor* x, int axis0, int axis1, int axis2, int axis3);
    Tensor* (*soft_max)(Context* context, Tensor* x, Tensor* mask, float scale, float max_bias);
    Tensor* (*rope_inplace)(Context* context, Tensor* x, Tensor* positions, Tensor* frequency_factors,
                            int dimensions, int mode, int original_context, float frequency_base,
                            float frequency_scale, float extension_factor, float attention_factor, float beta_fast,
                            float beta_slow);
    Tensor* (*flash_attention)(Context* context, Tensor* q, Tensor* k, Tensor* v, Tensor* mask, float scale,
                               float max_bias, float logit_softcap);
    // Of a CPU library: its own kernels compute the graph.
    Plan (*plan)(const Nodes* nodes, int threads, void* threadpool);
    int (*compute)(Nodes* nodes, Plan* plan);

    // A buffer of ggml that is the whole address space: tensors in it can be at any address, the caller's included.
    Buffer* all_memory;
};

// nullptr where one of the functions is missing.
std::shared_ptr<const GraphApi> find_graph_api(const SharedLibrary& base, const SharedLibrary& cpu);

class Graph {
  public:
    explicit Graph(const GraphApi& api);

    Context* context() const { return context_.get(); }

    // A tensor over the caller's data, which is only read unless a node is computed in place; lengths are in ggml's
    // order, the innermost dimension first.
    Tensor* tensor(const void* data, std::initializer_list<int64_t> lengths, Type type = Type::f32);

    // Where a node's result goes; a view of a tensor is where the tensor is. Nodes may share memory as far as ggml
    // computes them in place.
    void place(Tensor* node, float* data);

    // Computes the result and all that it depends on, in the calling thread.
    void compute(Tensor* result);

  private:
    const GraphApi& api_;
    std::unique_ptr<Context, void (*)(Context*)> context_;
};

}  // namespace brickproof::ggml
