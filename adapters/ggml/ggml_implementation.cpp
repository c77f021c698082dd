#include "ggml_implementation.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "ggml_variants.hpp"

namespace brickproof::ggml {
namespace {

std::vector<std::string> split_paths(const std::string& paths) {
    std::vector<std::string> parts;
    std::istringstream stream(paths);
    for (std::string part; std::getline(stream, part, ':');) {
        if (!part.empty()) parts.push_back(part);
    }
    return parts;
}

bool has_function(const Implementation& implementation) {
    return implementation.quantize != nullptr || implementation.dequantize != nullptr ||
           implementation.dot != nullptr || implementation.halves_from_floats != nullptr ||
           implementation.floats_from_halves != nullptr || implementation.float_dot != nullptr ||
           implementation.soft_max_sum != nullptr || implementation.swiglu != nullptr ||
           implementation.graph_api != nullptr;
}

Implementation base_implementation(const SharedLibrary& base) {
    return {.variant = "base",
            .gemv_variant = "",
            .unfused_variant = "",
            .cpu_features = "",
            .quantize = base.find<QuantizeRow>("quantize_row_q8_0_ref"),
            .dequantize = base.find<DequantizeRow>("dequantize_row_q8_0"),
            .dot = nullptr,
            .halves_from_floats = base.find<HalvesFromFloats>("ggml_fp32_to_fp16_row"),
            .floats_from_halves = base.find<FloatsFromHalves>("ggml_fp16_to_fp32_row"),
            .float_dot = nullptr,
            .soft_max_sum = nullptr,
            .swiglu = nullptr,
            .graph_api = nullptr};
}

// ggml_backend_score is compiled for the architecture's baseline and gives 0 where this CPU lacks what the library
// was built for; only a build for one machine has none. The rest of a library, ggml_cpu_init included, may only be
// called after that question.
bool runs_on_this_cpu(const SharedLibrary& library) {
    auto* score = library.find<int()>("ggml_backend_score");
    return score == nullptr || score() > 0;
}

// The SIMD functions and the "_generic" twins that those of Q8_0 have. Both are compiled with the same flags, so
// both need the same CPU.
std::vector<Implementation> cpu_implementations(const SharedLibrary& base, const SharedLibrary& library) {
    const std::string variant = variant_name(library.path());
    std::string cpu_features(variant_cpu_features(variant));
    if (runs_on_this_cpu(library)) {
        // Fills the table of halves, without which the builds without F16C convert every half to 0.
        if (auto* init = library.find<void()>("ggml_cpu_init")) init();
    } else {
        // Not every requirement of a build shows in its name. A feature that no CPU has keeps its kernels from
        // running.
        cpu_features += cpu_features.empty() ? "ggml-score-0" : ",ggml-score-0";
    }
    return {{.variant = variant,
             .gemv_variant = variant + "_by_rows",
             .unfused_variant = variant + "_unfused",
             .cpu_features = cpu_features,
             .quantize = library.find<QuantizeRow>("quantize_row_q8_0"),
             .dequantize = nullptr,
             .dot = library.find<VecDot>("ggml_vec_dot_q8_0_q8_0"),
             .halves_from_floats = library.find<HalvesFromFloats>("ggml_cpu_fp32_to_fp16"),
             .floats_from_halves = library.find<FloatsFromHalves>("ggml_cpu_fp16_to_fp32"),
             .float_dot = library.find<FloatVecDot>("ggml_vec_dot_f32"),
             .soft_max_sum = library.find<SoftMaxSum>("ggml_vec_soft_max_f32"),
             .swiglu = library.find<SwiGlu>("ggml_vec_swiglu_f32"),
             .graph_api = find_graph_api(base, library)},
            {.variant = variant + "_generic",
             .gemv_variant = variant + "_generic_by_rows",
             .unfused_variant = "",
             .cpu_features = cpu_features,
             .quantize = library.find<QuantizeRow>("quantize_row_q8_0_generic"),
             .dequantize = nullptr,
             .dot = library.find<VecDot>("ggml_vec_dot_q8_0_q8_0_generic"),
             .halves_from_floats = nullptr,
             .floats_from_halves = nullptr,
             .float_dot = nullptr,
             .soft_max_sum = nullptr,
             .swiglu = nullptr,
             .graph_api = nullptr}};
}

std::string library_name(const std::vector<SharedLibrary>& libraries) {
    auto* version = libraries.front().find<const char*()>("ggml_version");
    std::string name = version != nullptr ? std::string("ggml ") + version() : "ggml";
    const char* separator = " (";
    for (const SharedLibrary& library : libraries) {
        name += separator + library.path().substr(library.path().rfind('/') + 1);
        separator = ", ";
    }
    return name + ")";
}

void add_cpu_library(Ggml& ggml, const std::string& path) {
    const SharedLibrary& base = ggml.libraries.front();
    SharedLibrary library(path);
    if (library.resolve("dequantize_row_q8_0") != base.resolve("dequantize_row_q8_0")) {
        throw std::runtime_error(path + " does not use " + base.path() +
                                 ": name the libggml-base.so of the same build in BRICKPROOF_GGML_BASE");
    }

    for (Implementation& implementation : cpu_implementations(base, library)) {
        const auto same_name = [&](const Implementation& other) { return other.variant == implementation.variant; };
        if (std::any_of(ggml.implementations.begin(), ggml.implementations.end(), same_name)) {
            throw std::runtime_error("two libraries in BRICKPROOF_GGML_CPU are called " + implementation.variant +
                                     ": judge them in two runs");
        }
        ggml.implementations.push_back(std::move(implementation));
    }
    ggml.libraries.push_back(std::move(library));
}

}  // namespace

Ggml load_ggml(const std::string& base_path, const std::string& cpu_paths) {
    const std::vector<std::string> paths = split_paths(cpu_paths);
    if (paths.empty()) {
        throw std::runtime_error("BRICKPROOF_GGML_CPU names no library: give it the path of a libggml-cpu-*.so");
    }
    if (paths.size() > cpu_library_limit) {
        throw std::runtime_error("BRICKPROOF_GGML_CPU names " + std::to_string(paths.size()) +
                                 " libraries and one run takes " + std::to_string(cpu_library_limit) +
                                 ": judge them in several runs");
    }

    Ggml ggml;
    // The base comes first: the CPU libraries then find it by its name, wherever it is, in place of one beside
    // them.
    ggml.libraries.emplace_back(base_path);
    ggml.implementations.push_back(base_implementation(ggml.libraries.front()));
    for (const std::string& path : paths) add_cpu_library(ggml, path);

    std::erase_if(ggml.implementations, [](const Implementation& candidate) { return !has_function(candidate); });
    if (ggml.implementations.empty()) {
        throw std::runtime_error(
            "none of the libraries exports a function of ggml that is known here: check that "
            "BRICKPROOF_GGML_BASE and BRICKPROOF_GGML_CPU name ggml's libraries");
    }
    ggml.name = library_name(ggml.libraries);
    return ggml;
}

}  // namespace brickproof::ggml
