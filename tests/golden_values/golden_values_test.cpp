// Our kernels of every ISA that this machine has, held to every committed golden value.
#include <gtest/gtest.h>

#include "cases/golden_check.hpp"
#include "cases/golden_report.hpp"
#include "golden_folders.hpp"
#include "judge/fault_trap.hpp"
#include "judge/plugin.hpp"

namespace brickproof::golden {
namespace {

TEST(GoldenValues, OurKernelsPassEveryCase) {
    install_fault_trap();
    const std::vector<KernelCheck> checks = check_kernels(
        own_kernels(), committed_set().cases, [](const Kernel&) { return std::vector<std::string>{}; }, 2);
    const CheckTotal total = total_of(checks);
    EXPECT_EQ(total.failed, 0u) << check_report(checks, committed_set().cases);
    EXPECT_GE(total.judged, all_contracts().size());
    for (const KernelCheck& check : checks) {
        EXPECT_EQ(check.by_bound, 0u) << check.op;
        EXPECT_EQ(check.outside, 0u) << check.op;
    }
}

}  // namespace
}  // namespace brickproof::golden
