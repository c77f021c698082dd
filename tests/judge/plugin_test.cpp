// Plug-ins that must be refused, each with a sentence that says which and what.
#include "judge/plugin.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace brickproof {
namespace {

struct Refusal {
    const char* file;
    std::vector<std::string_view> says;
};

TEST(Plugin, BadOnesAreRefusedWithASentence) {
    const Refusal refusals[] = {
        {"there_is_none.so", {"there is no plug-in"}},
        {"not_a_library.so", {"cannot be loaded as a shared library"}},
        {"no_symbol.so", {"does not export brickproof_kernels()"}},
        {"wrong_abi_version.so", {"version", "reads version 1"}},
        {"null_table.so", {"returned no table"}},
        {"null_kernels.so", {"holds no kernels"}},
        {"no_kernels.so", {"holds no kernels"}},
        {"null_function.so", {"null function"}},
        {"null_op.so", {"has no op name"}},
        {"null_variant.so", {"has no variant name"}},
        {"unknown_op.so", {"this brickproof does not know the op 'q9_9.dequantize'", "q8_0.dequantize"}},
        {"unknown_assumption.so", {"full-moon", "no precondition of q8_0.dequantize"}},
    };
    for (const auto& [file, says] : refusals) {
        const auto kernels = load_plugin(std::string(BRICKPROOF_BAD_PLUGINS "/") + file);
        ASSERT_FALSE(kernels) << file;
        EXPECT_EQ(kernels.problem().find('\n'), std::string::npos) << kernels.problem();
        for (const std::string_view part : says)
            EXPECT_NE(kernels.problem().find(part), std::string::npos) << file << ": " << kernels.problem();
    }
}

TEST(Plugin, OneThatNeedsAnotherCpuIsLoadedAndNamesTheFeature) {
    const auto kernels = load_plugin(BRICKPROOF_BAD_PLUGINS "/missing_cpu_feature.so");
    ASSERT_TRUE(kernels) << kernels.problem();
    EXPECT_NE(why_not_runnable(kernels->at(0)).find("this CPU has no "), std::string::npos);
    EXPECT_EQ(kernels->at(0).plugin_path, BRICKPROOF_BAD_PLUGINS "/missing_cpu_feature.so");
}

TEST(Plugin, AFolderIsNoPlugin) {
    EXPECT_FALSE(load_plugin(BRICKPROOF_BAD_PLUGINS));
}

TEST(Plugin, TheLibrarysOwnKernelsGoThroughTheSameTable) {
    const std::vector<Kernel> own = own_kernels();
    for (const Contract* contract : all_contracts()) {
        const auto of_op = [&](const Kernel& k) { return k.contract == contract; };
        EXPECT_GE(std::ranges::count_if(own, of_op), 2) << contract->op;
        EXPECT_TRUE(std::ranges::any_of(own, [&](const Kernel& k) { return of_op(k) && k.variant == "scalar"; }));
    }
    for (const Kernel& kernel : own) EXPECT_TRUE(kernel.plugin_path.empty());
}

// Sums may be added in another order than the definition's; everything else has its bits.
TEST(Plugin, OwnKernelsPromiseTheDefinitionsBitsUnlessTheyAddInFloat32) {
    constexpr std::array<std::string_view, 5> promising{"q8_0.quantize", "q8_0f.quantize", "rms_norm", "rope",
                                                        "swiglu"};
    for (const Kernel& kernel : own_kernels()) {
        const bool promised =
            std::ranges::find(kernel.promises, "same_bits_as_definition") != kernel.promises.end();
        EXPECT_EQ(promised, std::ranges::count(promising, kernel.contract->op) > 0) << kernel.contract->op;
    }
}

TEST(Plugin, AFeatureThatNobodyKnowsIsSaidToBeUnknown) {
    Kernel kernel = own_kernels().front();
    kernel.cpu_features = "avx22";
    EXPECT_EQ(why_not_runnable(kernel),
              "this CPU has no avx22 (no feature of this architecture that is known here)");
}

void any_kernel() {}

std::string problem_of(const brickproof_kernel& row, std::size_t count = 1) {
    const brickproof_kernel_table table{BRICKPROOF_ABI_VERSION, "mine", count, &row};
    const Expected<std::vector<Kernel>> kernels = kernels_of_table(table, "mine.so");
    return kernels ? "" : kernels.problem();
}

TEST(KernelTable, FeaturesMayHaveCapitalsAndSpaces) {
    const brickproof_kernel row{"f16.to_f32", "mine", "AVX2, fma", "", 0, any_kernel};
    const brickproof_kernel_table table{BRICKPROOF_ABI_VERSION, "mine", 1, &row};
    const auto kernels = kernels_of_table(table, "mine.so");
    ASSERT_TRUE(kernels) << kernels.problem();
    EXPECT_EQ(kernels->front().cpu_features, "avx2,fma");
}

// Memory that is no table: what is read is bounded, and what is shown can be shown.
TEST(KernelTable, TextsWithoutAnEndControlCharactersAndWildCountsAreSentences) {
    const brickproof_kernel good{"f16.to_f32", "mine", "", "", 0, any_kernel};
    EXPECT_EQ(problem_of(good), "");
    const std::string endless(longest_table_text + 1, 'x');
    brickproof_kernel bad = good;
    bad.variant = endless.c_str();
    EXPECT_NE(problem_of(bad).find("the variant name of kernel 0 of mine does not end"), std::string::npos);
    bad = good;
    bad.op = "f16\n.to_f32";
    EXPECT_NE(problem_of(bad).find("the op name of kernel 0 of mine holds a control character"), std::string::npos);
    EXPECT_NE(problem_of(good, most_table_rows + 1).find("says that it has 65537 kernels"), std::string::npos);
    bad = good;
    bad.read_slack = most_read_slack;
    EXPECT_EQ(problem_of(bad), "");
    bad.read_slack = static_cast<std::size_t>(-1);
    EXPECT_NE(problem_of(bad).find("more than a page"), std::string::npos) << problem_of(bad);
}

}  // namespace
}  // namespace brickproof
