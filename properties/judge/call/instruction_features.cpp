#include <algorithm>
#include <array>
#include <utility>

#include "judge/call/features_executed.hpp"

#if defined(BRICKPROOF_ZYDIS)
#include <Zydis/Zydis.h>
#endif

namespace brickproof {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// A feature, and one that comes with it; the closure is taken. Of compilers: GCC's i386-common.cc; of CPUs: all
// that have avx512f have fma and f16c.
constexpr std::array implications = {
    Pair{"ssse3", "sse3"},
    Pair{"sse4.1", "ssse3"},
    Pair{"sse4.2", "sse4.1"},
    Pair{"sse4.2", "popcnt"},
    Pair{"avx", "sse4.2"},
    Pair{"avx2", "avx"},
    Pair{"fma", "avx"},
    Pair{"f16c", "avx"},
    Pair{"avx_vnni", "avx2"},
    Pair{"avx_vnni_int8", "avx2"},
    Pair{"avx_ifma", "avx2"},
    Pair{"avx_ne_convert", "avx2"},
    Pair{"avx512f", "avx2"},
    Pair{"avx512f", "fma"},
    Pair{"avx512f", "f16c"},
    Pair{"avx512cd", "avx512f"},
    Pair{"avx512dq", "avx512f"},
    Pair{"avx512bw", "avx512f"},
    Pair{"avx512vl", "avx512f"},
    Pair{"avx512_ifma", "avx512f"},
    Pair{"avx512_vnni", "avx512f"},
    Pair{"avx512_vbmi", "avx512bw"},
    Pair{"avx512_vbmi2", "avx512bw"},
    Pair{"avx512_bitalg", "avx512bw"},
    Pair{"avx512_bf16", "avx512bw"},
    Pair{"avx512_fp16", "avx512bw"},
    Pair{"avx512_vpopcntdq", "avx512f"},
    Pair{"avx512_vp2intersect", "avx512f"},
    Pair{"vaes", "avx"},
    Pair{"vaes", "aes"},
    Pair{"vpclmulqdq", "avx"},
    Pair{"vpclmulqdq", "pclmulqdq"},
    Pair{"amx_int8", "amx_tile"},
    Pair{"amx_bf16", "amx_tile"},
};

#if defined(BRICKPROOF_ZYDIS)

// Zydis' names of instruction sets, without the width, and the feature's. What is not here is the baseline's, or
// not of a kernel's world.
constexpr std::array instruction_sets = {
    Pair{"SSE3", "sse3"},
    Pair{"SSE3X87", "sse3"},
    Pair{"SSSE3", "ssse3"},
    Pair{"SSSE3MMX", "ssse3"},
    Pair{"SSE4", "sse4.1"},
    Pair{"SSE42", "sse4.2"},
    Pair{"POPCNT", "popcnt"},
    Pair{"LZCNT", "lzcnt"},
    Pair{"MOVBE", "movbe"},
    Pair{"BMI1", "bmi1"},
    Pair{"BMI2", "bmi2"},
    Pair{"ADOX_ADCX", "adx"},
    Pair{"AES", "aes"},
    Pair{"PCLMULQDQ", "pclmulqdq"},
    Pair{"SHA", "sha"},
    Pair{"GFNI", "gfni"},
    Pair{"AVX", "avx"},
    Pair{"AVXAES", "aes"},
    Pair{"AVX2", "avx2"},
    Pair{"AVX2GATHER", "avx2"},
    Pair{"FMA", "fma"},
    Pair{"F16C", "f16c"},
    Pair{"VAES", "vaes"},
    Pair{"VPCLMULQDQ", "vpclmulqdq"},
    Pair{"AVX_GFNI", "gfni"},
    Pair{"AVX_VNNI", "avx_vnni"},
    Pair{"AVX512F", "avx512f"},
    Pair{"AVX512CD", "avx512cd"},
    Pair{"AVX512DQ", "avx512dq"},
    Pair{"AVX512BW", "avx512bw"},
    Pair{"AVX512_IFMA", "avx512_ifma"},
    Pair{"AVX512_VBMI", "avx512_vbmi"},
    Pair{"AVX512_VBMI2", "avx512_vbmi2"},
    Pair{"AVX512_VNNI", "avx512_vnni"},
    Pair{"AVX512_BITALG", "avx512_bitalg"},
    Pair{"AVX512_VPOPCNTDQ", "avx512_vpopcntdq"},
    Pair{"AVX512_BF16", "avx512_bf16"},
    Pair{"AVX512_FP16", "avx512_fp16"},
    Pair{"AVX512_VP2INTERSECT", "avx512_vp2intersect"},
    Pair{"AVX512_VAES", "vaes"},
    Pair{"AVX512_VPCLMULQDQ", "vpclmulqdq"},
    Pair{"AVX512_GFNI", "gfni"},
    Pair{"AMX_TILE", "amx_tile"},
    Pair{"AMX_INT8", "amx_int8"},
    Pair{"AMX_BF16", "amx_bf16"},
};

// "AVX512F_256" as "AVX512F", and whether it is one of the shorter vectors of avx512vl.
std::pair<std::string_view, bool> without_width(std::string_view set) {
    for (const auto& [suffix, shorter] :
         {std::pair{"_128", true}, std::pair{"_256", true}, std::pair{"_512", false}, std::pair{"_SCALAR", false},
          std::pair{"_128N", false}, std::pair{"_KOP", false}})
        if (set.starts_with("AVX512") && set.ends_with(suffix))
            return {set.substr(0, set.size() - std::string_view(suffix).size()), shorter};
    return {set, false};
}

// Compilers write tzcnt as "rep bsf" for every CPU: an older one takes it for bsf, which gives the same.
bool runs_everywhere(ZydisMnemonic mnemonic) {
    return mnemonic == ZYDIS_MNEMONIC_TZCNT;
}

std::vector<std::string> features_of(const ZydisDecodedInstruction& instruction) {
    std::vector<std::string> features;
    if (runs_everywhere(instruction.mnemonic)) return features;
    const auto [set, shorter] = without_width(ZydisISASetGetString(instruction.meta.isa_set));
    const auto found = std::ranges::find(instruction_sets, set, &Pair::first);
    if (found == instruction_sets.end()) return features;
    features.emplace_back(found->second);
    if (shorter) features.emplace_back("avx512vl");
    return features;
}

Flow flow_of(const ZydisDecodedInstruction& instruction) {
    switch (instruction.meta.category) {
        case ZYDIS_CATEGORY_CALL:
        case ZYDIS_CATEGORY_COND_BR:
            return Flow::branch;
        case ZYDIS_CATEGORY_UNCOND_BR:
            return Flow::jump;
        case ZYDIS_CATEGORY_RET:
            return Flow::end;
        default:
            return instruction.mnemonic == ZYDIS_MNEMONIC_UD2 ? Flow::end : Flow::on;
    }
}

void find_target(const ZydisDecodedInstruction& instruction, DecodedInstruction& decoded) {
    decoded.flow = flow_of(instruction);
    if (decoded.flow != Flow::branch && decoded.flow != Flow::jump) return;
    const auto& raw = instruction.raw;
    const auto next = static_cast<std::ptrdiff_t>(instruction.length);
    if (raw.imm[0].is_relative)
        decoded.target = next + static_cast<std::ptrdiff_t>(raw.imm[0].value.s);
    else if (raw.modrm.mod == 0 && raw.modrm.rm == 5)  // by the instruction pointer
        decoded.pointer = next + static_cast<std::ptrdiff_t>(raw.disp.value);
}

#endif

}  // namespace

#if defined(BRICKPROOF_ZYDIS)

bool can_decode_instructions() {
    return true;
}

DecodedInstruction decode_instruction(std::span<const std::uint8_t> bytes) {
    static const ZydisDecoder decoder = [] {
        ZydisDecoder made{};
        ZydisDecoderInit(&made, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
        return made;
    }();
    ZydisDecodedInstruction instruction{};
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, nullptr, bytes.data(), bytes.size(), &instruction)))
        return {};
    DecodedInstruction decoded{.mnemonic = ZydisMnemonicGetString(instruction.mnemonic),
                               .features = features_of(instruction),
                               .length = instruction.length,
                               .asks_the_cpu = instruction.mnemonic == ZYDIS_MNEMONIC_CPUID ||
                                               instruction.mnemonic == ZYDIS_MNEMONIC_XGETBV};
    find_target(instruction, decoded);
    return decoded;
}

#else

bool can_decode_instructions() {
    return false;
}

DecodedInstruction decode_instruction(std::span<const std::uint8_t>) {
    return {};
}

#endif

std::set<std::string> listed_features(std::string_view features) {
    std::set<std::string> all;
    while (!features.empty()) {
        const std::size_t comma = std::min(features.find(','), features.size());
        if (comma > 0) all.emplace(features.substr(0, comma));
        features.remove_prefix(std::min(comma + 1, features.size()));
    }
    return all;
}

std::set<std::string> with_implied_features(std::string_view features) {
    std::set<std::string> all = listed_features(features);
    bool grew = true;
    while (grew) {
        grew = false;
        for (const auto& [feature, implied] : implications)
            if (all.contains(std::string(feature))) grew = all.emplace(implied).second || grew;
    }
    return all;
}

}  // namespace brickproof
