#include "ggml_variants.hpp"

#include <algorithm>
#include <array>

namespace brickproof::ggml {
namespace {

struct VariantFeatures {
    std::string_view variant;
    std::string_view cpu_features;
};

// The calls of ggml_add_cpu_backend_variant in ggml's src/CMakeLists.txt. There, AVX512 stands for the five subsets
// F, CD, VL, DQ and BW together (CD is left out here: every CPU with the other four has it), FP16_VECTOR_ARITHMETIC
// for FEAT_FP16 and MATMUL_INT8 for FEAT_I8MM.
constexpr std::array variants{
    VariantFeatures{"sse42", "sse4.2"},
    VariantFeatures{"sandybridge", "sse4.2,avx"},
    VariantFeatures{"ivybridge", "sse4.2,avx,f16c"},
    VariantFeatures{"piledriver", "sse4.2,avx,f16c,fma"},
    VariantFeatures{"haswell", "avx2,fma,f16c,bmi2"},
    VariantFeatures{"alderlake", "avx2,fma,f16c,bmi2,avx_vnni"},
    VariantFeatures{"skylakex", "avx2,fma,f16c,bmi2,avx512f,avx512vl,avx512dq,avx512bw"},
    VariantFeatures{"cannonlake", "avx2,fma,f16c,bmi2,avx512f,avx512vl,avx512dq,avx512bw,avx512_vbmi"},
    VariantFeatures{"cascadelake", "avx2,fma,f16c,bmi2,avx512f,avx512vl,avx512dq,avx512bw,avx512_vnni"},
    VariantFeatures{"cooperlake", "avx2,fma,f16c,bmi2,avx512f,avx512vl,avx512dq,avx512bw,avx512_vnni,avx512_bf16"},
    VariantFeatures{"icelake", "avx2,fma,f16c,bmi2,avx512f,avx512vl,avx512dq,avx512bw,avx512_vbmi,avx512_vnni"},
    VariantFeatures{"zen4",
                    "avx2,fma,f16c,bmi2,avx512f,avx512vl,avx512dq,avx512bw,avx512_vbmi,avx512_vnni,avx512_bf16"},
    VariantFeatures{"sapphirerapids",
                    "avx2,fma,f16c,bmi2,avx512f,avx512vl,avx512dq,avx512bw,avx512_vbmi,avx512_vnni,"
                    "avx512_bf16,amx_tile,amx_int8"},
    VariantFeatures{"armv8.0_1", "neon"},
    VariantFeatures{"armv8.2_1", "neon,dotprod"},
    VariantFeatures{"armv8.2_2", "neon,dotprod,fp16"},
    VariantFeatures{"armv8.2_3", "neon,dotprod,fp16,sve"},
    VariantFeatures{"armv8.6_1", "neon,dotprod,fp16,sve,i8mm"},
    VariantFeatures{"armv8.6_2", "neon,dotprod,fp16,sve,i8mm,sve2"},
    VariantFeatures{"armv9.2_1", "neon,dotprod,fp16,sve,i8mm,sme"},
    VariantFeatures{"armv9.2_2", "neon,dotprod,fp16,sve,i8mm,sve2,sme"},
};

}  // namespace

std::string variant_name(std::string_view path) {
    std::string_view name = path.substr(path.rfind('/') + 1);
    name = name.substr(0, name.find(".so"));
    for (const std::string_view prefix : {"libggml-cpu-", "libggml-", "lib"}) {
        if (name.starts_with(prefix) && name.size() > prefix.size()) return std::string(name.substr(prefix.size()));
    }
    return std::string(name);
}

std::string_view variant_cpu_features(std::string_view variant) {
    const auto found = std::find_if(variants.begin(), variants.end(),
                                    [&](const VariantFeatures& known) { return known.variant == variant; });
    return found == variants.end() ? std::string_view{} : found->cpu_features;
}

}  // namespace brickproof::ggml
