// The ggml guest on libraries that stand in for ggml's, so that it is tested without a network.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ggml_implementation.hpp"
#include "ggml_kernels.hpp"
#include "ggml_variants.hpp"

namespace brickproof::ggml {
namespace {

const std::string folder = BRICKPROOF_FAKE_GGML_FOLDER;
const std::string base = folder + "/libggml-base.so";
const std::string haswell = folder + "/libggml-cpu-haswell.so";
const std::string skylakex = folder + "/libggml-cpu-skylakex.so";
const std::string unsupported = folder + "/libggml-cpu-x64.so";

std::string reason_to_refuse(const std::string& base_path, const std::string& cpu_paths) {
    try {
        load_ggml(base_path, cpu_paths);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

const brickproof_kernel* find_kernel(const std::vector<brickproof_kernel>& kernels, std::string_view op,
                                     std::string_view variant) {
    const auto found = std::find_if(kernels.begin(), kernels.end(), [&](const brickproof_kernel& kernel) {
        return kernel.op == op && kernel.variant == variant;
    });
    return found == kernels.end() ? nullptr : &*found;
}

TEST(GgmlVariants, NameComesFromTheFile) {
    EXPECT_EQ(variant_name("some/where/libggml-cpu-haswell.so"), "haswell");
    EXPECT_EQ(variant_name("libggml-cpu-armv8.2_3.so"), "armv8.2_3");
    EXPECT_EQ(variant_name("libggml-cpu-zen4.so.0.9.4"), "zen4");
    EXPECT_EQ(variant_name("libggml-cpu.so"), "cpu");
    EXPECT_EQ(variant_name("libmine.so"), "mine");
    EXPECT_EQ(variant_name("lib.so"), "lib");
}

TEST(GgmlVariants, FeaturesAreThoseOfTheBuild) {
    EXPECT_EQ(variant_cpu_features("x64"), "");
    EXPECT_EQ(variant_cpu_features("haswell"), "avx2,fma,f16c,bmi2");
    EXPECT_EQ(variant_cpu_features("armv8.2_1"), "neon,dotprod");
    EXPECT_EQ(variant_cpu_features("mine"), "");
}

TEST(GgmlGuest, LibrariesLoadedTogetherRunTheirOwnCode) {
    const Ggml ggml = load_ggml(base, haswell + ":" + skylakex);
    const std::vector<brickproof_kernel> kernels = make_kernels(ggml.implementations);
    const brickproof_q8_0 block{};
    const auto dot = [&](const char* variant) {
        const brickproof_kernel* kernel = find_kernel(kernels, "q8_0.dot", variant);
        return reinterpret_cast<brickproof_q8_0_dot_fn*>(kernel->fn)(&block, &block, 32);
    };
    ASSERT_NE(find_kernel(kernels, "q8_0.dot", "haswell"), nullptr);
    ASSERT_NE(find_kernel(kernels, "q8_0.dot", "skylakex"), nullptr);
    EXPECT_EQ(dot("haswell"), 2.0f * 32.0f);
    EXPECT_EQ(dot("skylakex"), 3.0f * 32.0f);
}

TEST(GgmlGuest, GemvIsTheDotOfEachRow) {
    const Ggml ggml = load_ggml(base, haswell);
    const std::vector<brickproof_kernel> kernels = make_kernels(ggml.implementations);
    const brickproof_kernel* kernel = find_kernel(kernels, "q8_0.gemv", "haswell_by_rows");
    ASSERT_NE(kernel, nullptr);

    std::array<brickproof_q8_0, 6> weights{};
    weights[0].qs[0] = 5;
    weights[2].qs[0] = 6;
    weights[4].qs[0] = 7;
    const std::array<brickproof_q8_0, 2> x{};
    std::array<float, 3> y{};
    reinterpret_cast<brickproof_q8_0_gemv_fn*>(kernel->fn)(weights.data(), x.data(), y.data(), 3, 64);
    EXPECT_EQ(y, (std::array{133.0f, 134.0f, 135.0f}));
}

TEST(GgmlGuest, OnlyFunctionsThatALibraryDefinesAreKernels) {
    const Ggml ggml = load_ggml(base, haswell);
    std::vector<std::string> names;
    for (const brickproof_kernel& kernel : make_kernels(ggml.implementations)) {
        names.push_back(std::string(kernel.op) + "/" + kernel.variant);
    }
    // The CPU library depends on the base, whose quantize_row_q8_0 is no kernel of the CPU library.
    EXPECT_EQ(names,
              (std::vector<std::string>{"q8_0.dequantize/base", "q8_0.dot/haswell", "q8_0.gemv/haswell_by_rows"}));
}

TEST(GgmlGuest, LibraryIsNamedByVersionAndFiles) {
    EXPECT_EQ(load_ggml(base, haswell).name, "ggml 9.8.7 (libggml-base.so, libggml-cpu-haswell.so)");
}

TEST(GgmlGuest, LibraryThatRefusesThisCpuNeedsAFeatureThatNoCpuHas) {
    const Ggml ggml = load_ggml(base, unsupported);
    const std::vector<brickproof_kernel> kernels = make_kernels(ggml.implementations);
    const brickproof_kernel* kernel = find_kernel(kernels, "q8_0.dot", "x64");
    ASSERT_NE(kernel, nullptr);
    EXPECT_STREQ(kernel->cpu_features, "ggml-score-0");
}

TEST(GgmlGuest, RefusalsSayWhatIsWrong) {
    std::string too_many = haswell;
    for (size_t i = 0; i < cpu_library_limit; ++i) too_many += ":" + haswell;

    struct Refusal {
        std::string base_path, cpu_paths, reason;
    };
    const std::array refusals{
        Refusal{folder + "/none.so", haswell, "none.so: cannot open"},
        Refusal{base, folder + "/none.so", "none.so: cannot open"},
        Refusal{base, ":", "names no library"},
        Refusal{base, haswell + ":" + haswell, "are called haswell"},
        Refusal{folder + "/no_symbol.so", haswell, "does not use"},
        Refusal{folder + "/no_symbol.so", folder + "/no_symbol.so", "none of the libraries exports"},
        Refusal{base, too_many, "names 17 libraries and one run takes 16"},
    };
    for (const Refusal& refusal : refusals) {
        const std::string reason = reason_to_refuse(refusal.base_path, refusal.cpu_paths);
        EXPECT_NE(reason.find(refusal.reason), std::string::npos) << "got: " << reason;
    }
}

}  // namespace
}  // namespace brickproof::ggml
