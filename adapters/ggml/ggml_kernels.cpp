#include "ggml_kernels.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

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

struct SlotFunctions {
    brickproof_q8_0_quantize_fn* quantize;
    brickproof_q8_0_dequantize_fn* dequantize;
    brickproof_q8_0_dot_fn* dot;
    brickproof_q8_0_gemv_fn* gemv;
    brickproof_f16_from_f32_fn* halves_from_floats;
    brickproof_f16_to_f32_fn* floats_from_halves;
};

template <size_t... Slots>
constexpr std::array<SlotFunctions, sizeof...(Slots)> functions_of(std::index_sequence<Slots...>) {
    return {SlotFunctions{quantize<Slots>, dequantize<Slots>, dot<Slots>, gemv_by_rows<Slots>,
                          halves_from_floats<Slots>, floats_from_halves<Slots>}...};
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
