#include "dispatch/cpu_features.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace brick {
namespace {

#if defined(__x86_64__)

// Register state that the operating system must save, as bits of XCR0 (Intel SDM vol. 1, chapter 13.3).
constexpr std::uint64_t no_state = 0;
constexpr std::uint64_t ymm_state = 0x6;       // SSE, AVX
constexpr std::uint64_t zmm_state = 0xe6;      // and opmask, upper halves of zmm0-15, zmm16-31
constexpr std::uint64_t tile_state = 0x60000;  // tile configuration, tile data

enum Register { eax, ebx, ecx, edx };

struct Feature {
    std::string_view name;
    std::uint32_t leaf, subleaf;
    Register reg;
    unsigned bit;
    std::uint64_t os_state;
};

// Intel SDM vol. 2, CPUID.
constexpr Feature features[] = {
    {"lzcnt", 0x80000001, 0, ecx, 5, no_state},
    {"movbe", 1, 0, ecx, 22, no_state},
    {"adx", 7, 0, ebx, 19, no_state},
    {"aes", 1, 0, ecx, 25, no_state},
    {"pclmulqdq", 1, 0, ecx, 1, no_state},
    {"sha", 7, 0, ebx, 29, no_state},
    {"gfni", 7, 0, ecx, 8, no_state},
    {"vaes", 7, 0, ecx, 9, ymm_state},
    {"vpclmulqdq", 7, 0, ecx, 10, ymm_state},
    {"avx512_ifma", 7, 0, ebx, 21, zmm_state},
    {"avx512_vbmi2", 7, 0, ecx, 6, zmm_state},
    {"avx512_bitalg", 7, 0, ecx, 12, zmm_state},
    {"avx512_vpopcntdq", 7, 0, ecx, 14, zmm_state},
    {"avx512_fp16", 7, 0, edx, 23, zmm_state},
    {"sse2", 1, 0, edx, 26, no_state},
    {"sse3", 1, 0, ecx, 0, no_state},
    {"ssse3", 1, 0, ecx, 9, no_state},
    {"sse4.1", 1, 0, ecx, 19, no_state},
    {"sse4.2", 1, 0, ecx, 20, no_state},
    {"popcnt", 1, 0, ecx, 23, no_state},
    {"avx", 1, 0, ecx, 28, ymm_state},
    {"fma", 1, 0, ecx, 12, ymm_state},
    {"f16c", 1, 0, ecx, 29, ymm_state},
    {"bmi1", 7, 0, ebx, 3, no_state},
    {"bmi2", 7, 0, ebx, 8, no_state},
    {"avx2", 7, 0, ebx, 5, ymm_state},
    {"avx512cd", 7, 0, ebx, 28, zmm_state},
    {"avx512f", 7, 0, ebx, 16, zmm_state},
    {"avx512dq", 7, 0, ebx, 17, zmm_state},
    {"avx512bw", 7, 0, ebx, 30, zmm_state},
    {"avx512vl", 7, 0, ebx, 31, zmm_state},
    {"avx512_vbmi", 7, 0, ecx, 1, zmm_state},
    {"avx512_vnni", 7, 0, ecx, 11, zmm_state},
    {"avx512_bf16", 7, 1, eax, 5, zmm_state},
    {"avx_vnni", 7, 1, eax, 4, ymm_state},
    {"amx_int8", 7, 0, edx, 25, tile_state},
    {"amx_bf16", 7, 0, edx, 22, tile_state},
    {"amx_tile", 7, 0, edx, 24, tile_state},
};

std::array<std::uint32_t, 4> cpuid(std::uint32_t leaf, std::uint32_t subleaf) {
    std::array<std::uint32_t, 4> r{};
    if (__get_cpuid_count(leaf, subleaf, &r[eax], &r[ebx], &r[ecx], &r[edx]) == 0) return {};
    return r;
}

// XCR0, or 0 where the operating system has not turned XSAVE on and reading it would fault.
std::uint64_t os_saved_state() {
    constexpr std::uint32_t osxsave = 1u << 27;
    if ((cpuid(1, 0)[ecx] & osxsave) == 0) return 0;
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (std::uint64_t{high} << 32) | low;
}

bool detect(const Feature& feature) {
    // Leaf 7 says in eax how many subleaves it has; one beyond may return anything.
    if (feature.subleaf > 0 && cpuid(feature.leaf, 0)[eax] < feature.subleaf) return false;
    const std::uint32_t word = cpuid(feature.leaf, feature.subleaf)[feature.reg];
    return (word >> feature.bit & 1u) != 0 && (os_saved_state() & feature.os_state) == feature.os_state;
}

#elif defined(__aarch64__)

struct Feature {
    std::string_view name;
    unsigned long vector;  // AT_HWCAP or AT_HWCAP2
    unsigned bit;
};

// Linux, Documentation/arch/arm64/elf_hwcaps.rst; the bits are part of the kernel's ABI.
constexpr Feature features[] = {
    {"neon", AT_HWCAP, 1},  {"fp16", AT_HWCAP, 10},  {"dotprod", AT_HWCAP, 20}, {"sve", AT_HWCAP, 22},
    {"sve2", AT_HWCAP2, 1}, {"i8mm", AT_HWCAP2, 13}, {"bf16", AT_HWCAP2, 14},   {"sme", AT_HWCAP2, 23},
};

bool detect(const Feature& feature) {
    return (getauxval(feature.vector) >> feature.bit & 1u) != 0;
}

#else
#error "Brickproof knows x86-64 and aarch64; add this architecture's features here."
#endif

// Asked once: cpuid leaves a virtual machine each time, which takes microseconds.
std::array<bool, std::size(features)> detect_all() {
    std::array<bool, std::size(features)> present{};
    for (std::size_t i = 0; i < std::size(features); ++i) present[i] = detect(features[i]);
    return present;
}

}  // namespace

bool cpu_has_feature(std::string_view name) {
    static const auto present = detect_all();
    for (std::size_t i = 0; i < std::size(features); ++i) {
        if (features[i].name == name) return present[i];
    }
    return false;
}

bool knows_cpu_feature(std::string_view name) {
    return std::ranges::find(features, name, &Feature::name) != std::end(features);
}

}  // namespace brick
