// ggml's functions for the ops, gathered from its shared libraries into implementations that share a signature.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ggml_graph.hpp"
#include "shared_library.hpp"

namespace brickproof::ggml {

// The C signatures of ggml's functions; n counts values, blocks are 34 bytes.
using QuantizeRow = void(const float* x, void* y, int64_t n);
using DequantizeRow = void(const void* x, float* y, int64_t n);
// Writes the dot of one row to *s. The strides bs, bx and by are read only when nrc, the number of rows, is
// above 1.
using VecDot = void(int n, float* s, size_t bs, const void* x, size_t bx, const void* y, size_t by, int nrc);
using HalvesFromFloats = void(const float* x, uint16_t* y, int64_t n);
using FloatsFromHalves = void(const uint16_t* x, float* y, int64_t n);
using FloatVecDot = void(int n, float* s, size_t bs, const float* x, size_t bx, const float* y, size_t by, int nrc);
// Writes exp(x_i - max) to y and returns the sum.
using SoftMaxSum = double(int n, float* y, const float* x, float max);
// silu is of x.
using SwiGlu = void(int n, float* y, const float* x, const float* g);

// One implementation of the ops; a function that the library does not export is nullptr.
struct Implementation {
    std::string variant;          // "haswell", "haswell_generic", "base"
    std::string gemv_variant;     // "haswell_by_rows": the dot, called row by row
    std::string unfused_variant;  // "haswell_unfused": attention by its parts
    std::string cpu_features;     // comma-separated, as in the kernel table
    QuantizeRow* quantize = nullptr;
    DequantizeRow* dequantize = nullptr;
    VecDot* dot = nullptr;
    HalvesFromFloats* halves_from_floats = nullptr;
    FloatsFromHalves* floats_from_halves = nullptr;
    FloatVecDot* float_dot = nullptr;
    SoftMaxSum* soft_max_sum = nullptr;
    SwiGlu* swiglu = nullptr;
    std::shared_ptr<const GraphApi> graph_api;
};

// A CPU library is two implementations, the SIMD one and its "_generic" twin; the base library is one.
constexpr size_t cpu_library_limit = 16;
constexpr size_t implementation_limit = 1 + 2 * cpu_library_limit;

struct Ggml {
    std::string name;  // "ggml", the version where the build tells it, and the files
    std::vector<SharedLibrary> libraries;
    std::vector<Implementation> implementations;
};

// Loads libggml-base.so and the CPU libraries (paths separated by ':') and prepares each for use. Throws
// std::runtime_error with one sentence that says what is wrong and what to do: a library that cannot be loaded,
// that belongs to another base, or that exports none of the functions; two of the same name; more than
// cpu_library_limit.
Ggml load_ggml(const std::string& base_path, const std::string& cpu_paths);

}  // namespace brickproof::ggml
