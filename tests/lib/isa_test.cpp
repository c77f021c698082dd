#include "brick/isa.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>

#include "dispatch/active_kernel.hpp"
#include "dispatch/kernel_registry.hpp"
#include "kernel_rows.hpp"

namespace brick {
namespace {

// An op of the tests' own, with the rows of a real one; each kernel notes that it ran.
const char* last_run = "";
void run_scalar() {
    last_run = "scalar";
}
void run_best() {
    last_run = "best";
}

struct IsaTest : testing::Test {
    ~IsaTest() override { EXPECT_TRUE(select_isa("auto")); }

    // The best variant of q8_0.quantize beyond scalar, which every CPU that these tests run on has.
    brickproof_kernel best = runnable_kernels_of("q8_0.quantize").back();
    std::array<brickproof_kernel, 2> rows = {kernel_row("test", "scalar", "", run_scalar),
                                             kernel_row("test", best.variant, best.cpu_features, run_best)};
    ActiveKernel active{rows};

    std::string what_runs() {
        const auto kernel = active.get();
        if (!kernel) return std::string(kernel.error().message.view());
        kernel_function<void()> (**kernel)();
        return last_run;
    }
};

std::set<std::string> chosen_variants() {
    std::set<std::string> chosen;
    const auto report = isa_report();
    EXPECT_TRUE(report);
    for (const IsaReport& op : *report) chosen.insert(std::string(op.chosen));
    return chosen;
}

TEST_F(IsaTest, SelectIsaForcesWhatRuns) {
    ASSERT_STRNE(best.variant, "scalar");
    ASSERT_TRUE(select_isa("scalar"));
    EXPECT_EQ(what_runs(), "scalar");
    EXPECT_EQ(chosen_variants(), std::set<std::string>{"scalar"});
    ASSERT_TRUE(select_isa(best.variant));
    EXPECT_EQ(what_runs(), "best");
    EXPECT_EQ(chosen_variants(), std::set<std::string>{best.variant});
    ASSERT_TRUE(select_isa("scalar"));
    EXPECT_EQ(what_runs(), "scalar");
    ASSERT_TRUE(select_isa("auto"));
    EXPECT_EQ(what_runs(), "best");
}

TEST_F(IsaTest, AnUnknownNameIsAnErrorAndChangesNothing) {
    ASSERT_TRUE(select_isa("scalar"));
    for (const char* name : {"avx3", "", "AVX2", "scalar,avx2"}) {
        const auto result = select_isa(name);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::unknown_isa);
        const std::string expected = "select_isa: no ISA \"" + std::string(name) +
                                     "\" is compiled into this library; this machine can choose: auto, scalar, " +
                                     best.variant;
        EXPECT_TRUE(result.error().message.view().starts_with(expected)) << result.error().message.view();
        EXPECT_EQ(what_runs(), "scalar");
    }
}

TEST_F(IsaTest, TheRankOfAVariantDecidesAndNotThePlaceOfItsRow) {
    const std::array fast_first = {rows[1], rows[0]};
    ActiveKernel kernel(fast_first);
    ASSERT_TRUE(select_isa("auto"));
    EXPECT_STREQ((*kernel.get())->variant, best.variant);
}

TEST_F(IsaTest, EveryVariantHasARank) {
    for (const auto& op : kernels_by_op())
        for (const brickproof_kernel& row : op)
            EXPECT_EQ(std::ranges::count(variants_by_rank(), std::string_view(row.variant)), 1)
                << row.op << ' ' << row.variant;
}

TEST_F(IsaTest, AnOpWithoutTheVariantRunsItsBestWithinThatIsa) {
    const std::array only_lesser = {rows[0], kernel_row("test", "lesser", best.cpu_features, run_best),
                                    kernel_row("test", "greater", "no such feature", run_best)};
    ActiveKernel kernel(only_lesser);
    ASSERT_TRUE(select_isa(best.variant));
    EXPECT_STREQ((*kernel.get())->variant, "lesser");
    ASSERT_TRUE(select_isa("scalar"));
    EXPECT_STREQ((*kernel.get())->variant, "scalar");
    ASSERT_TRUE(select_isa("auto"));
    EXPECT_STREQ((*kernel.get())->variant, "lesser");
}

#if defined(__x86_64__)
// AVX-VNNI adds to AVX2 and replaces it where it has a kernel; on a CPU that has it, AVX2 can still be asked for.
TEST_F(IsaTest, AvxVnniIsChosenWhereItIsAndAvx2BringsNoneOfIt) {
    if (!cpu_has("avx2,fma,f16c,avx_vnni")) GTEST_SKIP() << "this CPU has no AVX-VNNI";
    const auto chosen_for_dot = [] {
        const auto report = isa_report();
        return std::ranges::find(*report, "q8_0.dot", &IsaReport::op)->chosen;
    };
    for (const char* with : {"auto", "avx_vnni"}) {
        ASSERT_TRUE(select_isa(with));
        EXPECT_EQ(chosen_for_dot(), "avx_vnni") << with;
        EXPECT_EQ(chosen_variants(), (std::set<std::string>{"avx2", "avx_vnni"})) << with;
    }
    ASSERT_TRUE(select_isa("avx2"));
    EXPECT_EQ(chosen_for_dot(), "avx2");
    EXPECT_EQ(chosen_variants(), std::set<std::string>{"avx2"});
}
#endif

TEST_F(IsaTest, ChoosingWhileOthersRunIsSafe) {
    std::atomic<bool> stop{false};
    std::atomic<int> failures{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
            while (!stop) {
                const auto kernel = active.get();
                if (!kernel || (*kernel != &rows[0] && *kernel != &rows[1])) ++failures;
            }
        });
    }
    for (int i = 0; i < 2000; ++i) {
        EXPECT_TRUE(select_isa(i % 2 == 0 ? "scalar" : best.variant));
        EXPECT_EQ(*active.get(), &rows[i % 2 == 0 ? 0 : 1]);
    }
    stop = true;
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(failures, 0);
}

TEST(KernelTable, ListsEveryOpScalarFirstWithoutPreconditions) {
    const brickproof_kernel_table& table = kernel_table();
    EXPECT_EQ(table.abi_version, BRICKPROOF_ABI_VERSION);
    EXPECT_TRUE(std::string(table.library).starts_with("brick "));
    std::set<std::string> ops;
    for (std::size_t i = 0; i < table.count; ++i) {
        const brickproof_kernel& kernel = table.kernels[i];
        const bool first_of_op = ops.insert(kernel.op).second;
        EXPECT_EQ(std::string(kernel.variant) == "scalar", first_of_op) << kernel.op;
        EXPECT_EQ(std::string(kernel.cpu_features).empty(), first_of_op) << kernel.op;
        EXPECT_STREQ(kernel.assumes, "");
        EXPECT_EQ(kernel.read_slack, 0u);
        EXPECT_NE(kernel.fn, nullptr);
    }
    for (const char* op :
         {"q8_0.quantize", "q8_0.dequantize", "q8_0f.quantize", "q8_0f.dequantize", "f16.from_f32", "f16.to_f32"}) {
        EXPECT_GE(kernels_of(op).size(), 2u) << op;
    }
}

TEST(IsaReport, NamesWhatIsCompiledSupportedAndChosen) {
    const auto report = isa_report();
    ASSERT_TRUE(report);
    for (const IsaReport& op : *report) {
        EXPECT_EQ(op.compiled.front(), "scalar");
        EXPECT_EQ(op.supported.front(), "scalar");
        EXPECT_EQ(op.compiled.size(), kernels_of(op.op).size());
        EXPECT_EQ(op.supported.size(), runnable_kernels_of(op.op).size());
        EXPECT_EQ(op.chosen, op.supported.back());
    }
}

}  // namespace
}  // namespace brick
