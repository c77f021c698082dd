#include "ggml_graph.hpp"

#include <limits>
#include <vector>

namespace brickproof::ggml {
namespace {

constexpr size_t tensor_limit = 16;  // tensors of one graph; attention by its parts has 9

// Memory that its thread keeps and grows: kernels run in several threads at once, and an allocation in each call
// would be timed as ggml's.
std::byte* at_least(size_t size, std::vector<std::byte>& memory) {
    if (memory.size() < size) memory.resize(size);
    return memory.data();
}

Context* make_context(const GraphApi& api) {
    thread_local std::vector<std::byte> memory;
    const size_t size = tensor_limit * api.tensor_overhead() + api.graph_overhead(tensor_limit, false);
    return api.init({.memory_size = size, .memory = at_least(size, memory), .no_alloc = true});
}

Buffer* buffer_of_all_memory(Buffer* (*buffer_from_pointer)(void* begin, size_t size)) {
    // ggml takes neither a null pointer nor one that is not aligned; nothing is ever mapped below the second page.
    constexpr uintptr_t begin = 4096;
    return buffer_from_pointer(reinterpret_cast<void*>(begin), std::numeric_limits<size_t>::max() - begin);
}

}  // namespace

std::shared_ptr<const GraphApi> find_graph_api(const SharedLibrary& base, const SharedLibrary& cpu) {
    auto api = std::make_shared<GraphApi>();
    bool complete = true;
    const auto find = [&]<typename Function>(const SharedLibrary& library, const char* name, Function*& function) {
        function = library.find<Function>(name);
        complete = complete && function != nullptr;
    };
    find(base, "ggml_init", api->init);
    find(base, "ggml_free", api->free);
    find(base, "ggml_tensor_overhead", api->tensor_overhead);
    find(base, "ggml_graph_overhead_custom", api->graph_overhead);
    find(base, "ggml_new_tensor", api->new_tensor);
    find(base, "ggml_backend_tensor_alloc", api->tensor_alloc);
    find(base, "ggml_new_graph_custom", api->new_graph);
    find(base, "ggml_build_forward_expand", api->build_forward);
    find(base, "ggml_rms_norm", api->rms_norm);
    find(base, "ggml_mul", api->mul);
    find(base, "ggml_mul_mat", api->mul_mat);
    find(base, "ggml_cont", api->cont);
    find(base, "ggml_permute", api->permute);
    find(base, "ggml_soft_max_ext", api->soft_max);
    find(base, "ggml_rope_ext_inplace", api->rope_inplace);
    find(base, "ggml_flash_attn_ext", api->flash_attention);
    find(cpu, "ggml_graph_plan", api->plan);
    find(cpu, "ggml_graph_compute", api->compute);

    Buffer* (*buffer_from_pointer)(void*, size_t) = nullptr;
    find(base, "ggml_backend_cpu_buffer_from_ptr", buffer_from_pointer);
    if (!complete) return nullptr;
    api->all_memory = buffer_of_all_memory(buffer_from_pointer);
    return api;
}

Graph::Graph(const GraphApi& api) : api_(api), context_(make_context(api), api.free) {}

Tensor* Graph::tensor(const void* data, std::initializer_list<int64_t> lengths, Type type) {
    Tensor* tensor = api_.new_tensor(context(), type, static_cast<int>(lengths.size()), lengths.begin());
    api_.tensor_alloc(api_.all_memory, tensor, const_cast<void*>(data));
    return tensor;
}

void Graph::place(Tensor* node, float* data) {
    api_.tensor_alloc(api_.all_memory, node, data);
}

void Graph::compute(Tensor* result) {
    Nodes* nodes = api_.new_graph(context(), tensor_limit, false);
    api_.build_forward(nodes, result);
    Plan plan = api_.plan(nodes, 1, nullptr);
    thread_local std::vector<std::byte> work;
    plan.work = at_least(plan.work_size, work);
    // A graph that fails leaves its output as it was, and that shows.
    static_cast<void>(api_.compute(nodes, &plan));
}

}  // namespace brickproof::ggml
