#include "ggml_kernels.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "ggml_graph_ops.hpp"

namespace brickproof::ggml {
namespace {

// A function of the kernel table gets no context, so each implementation has a slot and each slot its own
// functions, which a template over the slot's number makes.
std::array<Implementation, implementation_limit> slots;

template <size_t Slot>
void quantize(const float* x, brickproof_q8_0* y, size_t n) {
    slots[Slot].quantize(x, y, static_cast<int64_t>(n));
}

template <size_t Slot>
void dequantize(const brickproof_q8_0* x, float* y, size_t n) {
    slots[Slot].dequantize(x, y, static_cast<int64_t>(n));
}

// ggml's dots take an int for n: rows of 2^31 values and more are beyond them.
template <size_t Slot>
float dot(const brickproof_q8_0* a, const brickproof_q8_0* b, size_t n) {
    float sum = std::numeric_limits<float>::quiet_NaN();  // a dot that writes nothing shall show
    slots[Slot].dot(static_cast<int>(n), &sum, 0, a, 0, b, 0, 1);
    return sum;
}

template <size_t Slot>
void gemv_by_rows(const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, size_t rows, size_t cols) {
    const size_t row_blocks = cols / BRICKPROOF_Q8_0_BLOCK;
    for (size_t row = 0; row < rows; ++row) {
        slots[Slot].dot(static_cast<int>(cols), y + row, 0, w + row * row_blocks, 0, x, 0, 1);
    }
}

template <size_t Slot>
void halves_from_floats(const float* x, uint16_t* y, size_t n) {
    slots[Slot].halves_from_floats(x, y, static_cast<int64_t>(n));
}

template <size_t Slot>
void floats_from_halves(const uint16_t* x, float* y, size_t n) {
    slots[Slot].floats_from_halves(x, y, static_cast<int64_t>(n));
}

template <size_t Slot>
void float_gemv_by_rows(const float* w, const float* x, const float* bias, float* y, size_t rows, size_t cols) {
    for (size_t row = 0; row < rows; ++row) {
        float sum = std::numeric_limits<float>::quiet_NaN();
        slots[Slot].float_dot(static_cast<int>(cols), &sum, 0, w + row * cols, 0, x, 0, 1);
        y[row] = bias != nullptr ? sum + bias[row] : sum;
    }
}

// The steps of ggml's ggml_compute_forward_soft_max for one row; its maximum and its scaling are inlined there.
template <size_t Slot>
void softmax(const float* x, float* y, size_t n) {
    if (n == 0) return;
    float max = -std::numeric_limits<float>::infinity();
    for (size_t i = 0; i < n; ++i) max = max > x[i] ? max : x[i];
    const auto scale = static_cast<float>(1.0 / slots[Slot].soft_max_sum(static_cast<int>(n), y, x, max));
    for (size_t i = 0; i < n; ++i) y[i] *= scale;
}

template <size_t Slot>
void swiglu(const float* gate, const float* up, float* y, size_t n) {
    slots[Slot].swiglu(static_cast<int>(n), y, gate, up);
}

// Tensors without elements are not for ggml's graphs: the adapter does nothing in its place.
template <size_t Slot>
void rms_norm(const float* x, const float* weight, float* y, size_t n, float eps) {
    if (n != 0) ggml::rms_norm(*slots[Slot].graph_api, x, weight, y, n, eps);
}

template <size_t Slot>
void rope(float* x, size_t heads, size_t head_dim, size_t position, float theta, int style) {
    if (heads != 0 && head_dim != 0) {
        ggml::rope(*slots[Slot].graph_api, x, heads, head_dim, position, theta, style);
    }
}

template <size_t Slot, auto Attention>
void attention(const float* q, const float* k, const float* v, float* out, size_t seq, size_t heads,
               size_t kv_heads, size_t head_dim) {
    if (seq == 0 || heads == 0 || kv_heads == 0 || head_dim == 0) return;
    Attention(*slots[Slot].graph_api, q, k, v, out,
              {.seq = seq, .heads = heads, .kv_heads = kv_heads, .head_dim = head_dim});
}

struct SlotFunctions {
    brickproof_q8_0_quantize_fn* quantize;
    brickproof_q8_0_dequantize_fn* dequantize;
    brickproof_q8_0_dot_fn* dot;
    brickproof_q8_0_gemv_fn* gemv;
    brickproof_f16_from_f32_fn* halves_from_floats;
    brickproof_f16_to_f32_fn* floats_from_halves;
    brickproof_gemv_fn* float_gemv;
    brickproof_softmax_fn* softmax;
    brickproof_swiglu_fn* swiglu;
    brickproof_rms_norm_fn* rms_norm;
    brickproof_rope_fn* rope;
    brickproof_attention_fn* flash_attention;
    brickproof_attention_fn* unfused_attention;
};

template <size_t... Slots>
constexpr std::array<SlotFunctions, sizeof...(Slots)> functions_of(std::index_sequence<Slots...>) {
    return {SlotFunctions{quantize<Slots>, dequantize<Slots>, dot<Slots>, gemv_by_rows<Slots>,
                          halves_from_floats<Slots>, floats_from_halves<Slots>, float_gemv_by_rows<Slots>,
                          softmax<Slots>, swiglu<Slots>, rms_norm<Slots>, rope<Slots>,
                          attention<Slots, flash_attention>, attention<Slots, unfused_attention>}...};
}

constexpr auto slot_functions = functions_of(std::make_index_sequence<implementation_limit>());

void append_kernels(std::vector<brickproof_kernel>& kernels, const Implementation& implementation,
                    const SlotFunctions& functions) {
    const auto append = [&](bool exists, const char* op, const std::string& variant, auto* function) {
        if (!exists) return;
        kernels.push_back({.op = op,
                           .variant = variant.c_str(),
                           .cpu_features = implementation.cpu_features.c_str(),
                           .assumes = "",
                           .read_slack = 0,
                           .fn = reinterpret_cast<void (*)()>(function)});
    };
    const Implementation& in = implementation;
    append(in.quantize != nullptr, "q8_0.quantize", in.variant, functions.quantize);
    append(in.dequantize != nullptr, "q8_0.dequantize", in.variant, functions.dequantize);
    append(in.dot != nullptr, "q8_0.dot", in.variant, functions.dot);
    append(in.dot != nullptr, "q8_0.gemv", in.gemv_variant, functions.gemv);
    append(in.halves_from_floats != nullptr, "f16.from_f32", in.variant, functions.halves_from_floats);
    append(in.floats_from_halves != nullptr, "f16.to_f32", in.variant, functions.floats_from_halves);
    append(in.float_dot != nullptr, "gemv", in.gemv_variant, functions.float_gemv);
    append(in.soft_max_sum != nullptr, "softmax", in.variant, functions.softmax);
    append(in.swiglu != nullptr, "swiglu", in.variant, functions.swiglu);
    append(in.graph_api != nullptr, "rms_norm", in.variant, functions.rms_norm);
    append(in.graph_api != nullptr, "rope", in.variant, functions.rope);
    append(in.graph_api != nullptr, "attention", in.variant, functions.flash_attention);
    append(in.graph_api != nullptr, "attention", in.unfused_variant, functions.unfused_attention);
}

}  // namespace

std::vector<brickproof_kernel> make_kernels(std::span<const Implementation> implementations) {
    std::copy(implementations.begin(), implementations.end(), slots.begin());
    std::vector<brickproof_kernel> kernels;
    for (size_t slot = 0; slot < implementations.size(); ++slot) {
        append_kernels(kernels, slots[slot], slot_functions[slot]);
    }
    return kernels;
}

}  // namespace brickproof::ggml
