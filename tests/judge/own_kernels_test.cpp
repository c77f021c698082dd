// Our own kernels, every one that this CPU runs, by whatever compiler, sanitizer or emulator this test was built
// for.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "judge/isolation.hpp"
#include "judge/plugin.hpp"

namespace brickproof {
namespace {

// An emulator is some ten times as slow as a CPU, and has the values of the golden cases besides.
Effort effort_here() {
#if defined(BRICKPROOF_EMULATED)
    return {.random_cases = 30, .costly_cases = 1, .sweep = false};
#else
    return quick_effort;
#endif
}

class OwnKernels : public testing::TestWithParam<std::string> {};

TEST_P(OwnKernels, HoldTheirContract) {
    std::vector<Kernel> kernels = own_kernels();
    std::erase_if(kernels, [](const Kernel& kernel) { return kernel.contract->op != GetParam(); });
    ASSERT_GE(kernels.size(), 2u) << "the definition, and one of this architecture's ISA";
    const auto options = [](const Kernel&) { return JudgeOptions{.effort = effort_here()}; };
    const auto verdicts =
        judge_isolated(kernels, options, {.jobs = std::max(1u, std::thread::hardware_concurrency())});
    EXPECT_NE(verdicts[0].verdict, Verdict::not_run) << "the definition runs on every CPU";
    for (const KernelVerdict& kernel : verdicts)
        for (const StatementVerdict& statement : kernel.statements)
            EXPECT_NE(statement.verdict, Verdict::fail)
                << fmt::format("{} / {}: {}: {}\n{}", kernel.op, kernel.variant, statement.name, statement.message,
                               statement.token);
}

std::vector<std::string> all_ops() {
    std::vector<std::string> ops;
    for (const Contract* contract : all_contracts()) ops.emplace_back(contract->op);
    return ops;
}

INSTANTIATE_TEST_SUITE_P(Every, OwnKernels, testing::ValuesIn(all_ops()), [](const auto& info) {
    std::string name = info.param;
    std::ranges::replace(name, '.', '_');
    return name;
});

}  // namespace
}  // namespace brickproof
