#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "brick/isa.hpp"

namespace brick {
namespace {

TEST(CpuFeatures, TheEmptyListIsAlwaysThere) {
    EXPECT_TRUE(cpu_has(""));
    EXPECT_EQ(first_missing_feature(""), "");
}

TEST(CpuFeatures, AnUnknownNameIsNeverThere) {
#if defined(__x86_64__)
    const std::string here = "sse2";
    const std::string elsewhere = "neon";
#else
    const std::string here = "neon";
    const std::string elsewhere = "avx2";
#endif
    EXPECT_TRUE(cpu_has(here));
    EXPECT_FALSE(cpu_has(elsewhere));
    EXPECT_FALSE(cpu_has(here + ",quantum"));
    EXPECT_EQ(first_missing_feature(here + ",quantum," + elsewhere), "quantum");
    EXPECT_EQ(first_missing_feature(here + "," + elsewhere + ",quantum"), elsewhere);
    EXPECT_EQ(first_missing_feature(here + "," + here), "");
    EXPECT_FALSE(cpu_has(here.substr(1)));
}

#if defined(__x86_64__)
// What Linux found out by itself. It lists a feature only when it saves the registers of it.
TEST(CpuFeatures, AgreeWithTheOperatingSystem) {
    std::ifstream cpuinfo("/proc/cpuinfo");
    std::string flags;
    while (std::getline(cpuinfo, flags) && !flags.starts_with("flags")) {
    }
    flags += ' ';
    ASSERT_NE(flags.find(" fpu "), std::string::npos);
    const std::vector<std::pair<std::string, std::string>> names = {
        {"sse2", "sse2"},
        {"sse3", "pni"},
        {"ssse3", "ssse3"},
        {"sse4.1", "sse4_1"},
        {"sse4.2", "sse4_2"},
        {"popcnt", "popcnt"},
        {"avx", "avx"},
        {"avx2", "avx2"},
        {"fma", "fma"},
        {"f16c", "f16c"},
        {"bmi1", "bmi1"},
        {"bmi2", "bmi2"},
        {"avx512f", "avx512f"},
        {"avx512bw", "avx512bw"},
        {"avx512vl", "avx512vl"},
        {"avx512dq", "avx512dq"},
        {"avx512_vnni", "avx512_vnni"},
        {"avx512_vbmi", "avx512vbmi"},
        {"avx512_bf16", "avx512_bf16"},
        {"avx_vnni", "avx_vnni"},
        {"amx_int8", "amx_int8"},
        {"amx_bf16", "amx_bf16"},
        {"amx_tile", "amx_tile"},
    };
    for (const auto& [ours, theirs] : names) {
        EXPECT_EQ(cpu_has(ours), flags.find(" " + theirs + " ") != std::string::npos) << ours;
    }
}
#endif

}  // namespace
}  // namespace brick
