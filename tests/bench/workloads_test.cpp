#include "bench/workloads.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/bandwidth.hpp"
#include "bench/bench_run.hpp"

namespace brickproof::bench {
namespace {

constexpr Caches caches{.l1_data = 32 << 10, .l2 = 128 << 10, .last_level = 256 << 10, .reported = true};

std::string name_of_contract(const testing::TestParamInfo<const Contract*>& info) {
    std::string name(info.param->op);
    std::ranges::replace(name, '.', '_');
    return name;
}

class EveryOp : public testing::TestWithParam<const Contract*> {};
INSTANTIATE_TEST_SUITE_P(Bench, EveryOp, testing::ValuesIn(all_contracts()), name_of_contract);

TEST_P(EveryOp, HasAWorkloadAtLeastFourTimesTheLastLevelCache) {
    const WorkloadList list = workloads_of(*GetParam(), caches, std::size_t{1} << 30);
    ASSERT_EQ(list.without_dram, "");
    ASSERT_GE(list.workloads.size(), 2u);
    for (const SizedWorkload& workload : list.workloads)
        EXPECT_EQ(workload.beyond_cache, &workload == &list.workloads.back());
    const SizedWorkload& dram = list.workloads.back();
    EXPECT_TRUE(dram.beyond_cache);
    EXPECT_GE(bytes_at(*GetParam(), dram.sizes), cache_multiple * caches.last_level);
}

TEST_P(EveryOp, SaysWhyThereIsNoDramWorkloadWhereMemoryIsShort) {
    const WorkloadList list = workloads_of(*GetParam(), caches, 8 << 20);
    EXPECT_EQ(list.workloads.size(), GetParam()->workloads.size());
    EXPECT_EQ(list.without_dram, "DRAM needs 16 MiB of free memory, 8 MiB are there");
}

TEST_P(EveryOp, IsTimedOnDataThatIsNotAllZero) {
    Case c;
    GetParam()->typical(GetParam()->workloads.front().sizes, 1, c);
    for (const Operand& operand : c.operands) {
        if (operand.access == Access::output) continue;
        const auto is_zero = [](std::byte byte) { return byte == std::byte{0}; };
        EXPECT_LT(std::ranges::count_if(operand.contents, is_zero) * 2, std::ssize(operand.contents));
    }
}

TEST_P(EveryOp, WritesToTwoBuffersBeyondTheCache) {
    const WorkloadList list = workloads_of(*GetParam(), caches, std::size_t{1} << 30);
    const PreparedWorkload prepared = prepare(*GetParam(), list.workloads.back(), caches, 1);
    ASSERT_EQ(prepared.buffers.set_count(), 2u);
    for (std::size_t i = 0; i < prepared.shape.operands.size(); ++i) {
        const bool same = prepared.buffers.set(0)[i] == prepared.buffers.set(1)[i];
        EXPECT_EQ(same, prepared.shape.operands[i].access == Access::input) << i;
    }
}

TEST(CanBeChecked, NotWithoutAnOracleNorWithAnInfiniteBound) {
    EXPECT_FALSE(can_be_checked({}));
    EXPECT_TRUE(can_be_checked({{{1.0}, {0.5}}}));
    EXPECT_FALSE(can_be_checked({{{1.0}, {0.5}}, {{1.0, 2.0}, {0.0, INFINITY}}}));
}

TEST(InputSets, AreAsManyAsStayInHalfOfTheCacheThatHoldsOne) {
    EXPECT_EQ(input_sets(1 << 10, caches), 8u);
    EXPECT_EQ(input_sets(5 << 10, caches), 3u);
    EXPECT_EQ(input_sets(20 << 10, caches), 3u);  // too large for half of L1: half of L2 takes three
    EXPECT_EQ(input_sets(100 << 10, caches), 1u);
    EXPECT_EQ(input_sets(8 << 20, caches), 1u);
}

TEST(CacheSize, IsReadAsLinuxWritesIt) {
    EXPECT_EQ(parse_cache_size("48K"), 48u << 10);
    EXPECT_EQ(parse_cache_size("32M"), 32u << 20);
    EXPECT_EQ(parse_cache_size("512"), 512u);
    EXPECT_EQ(parse_cache_size(""), 0u);
    EXPECT_EQ(parse_cache_size("12 parsecs"), 0u);
}

TEST(ReadLoops, ReadEveryByte) {
    for (auto* read : {read_in_order, read_in_streams}) {
        std::vector<std::byte> memory(4096);
        const std::uint64_t before = read(memory);
        for (std::size_t at = 0; at < memory.size(); ++at) {
            memory[at] = std::byte{1};
            EXPECT_NE(read(memory), before) << at;
            memory[at] = std::byte{0};
        }
    }
}

TEST(PairUp, PairsKernelsWithThePeersOfTheirOp) {
    Contract one;
    one.op = "one";
    Contract two;
    two.op = "two";
    const auto kernel = [](const Contract& contract, std::string variant) {
        Kernel made;
        made.variant = std::move(variant);
        made.contract = &contract;
        return made;
    };
    const std::vector<Kernel> kernels{kernel(one, "a"), kernel(two, "b")};
    const std::vector<Kernel> peers{kernel(two, "c"), kernel(two, "d")};
    const auto pairs = pair_up(kernels, &peers);
    ASSERT_EQ(pairs.size(), 2u);
    EXPECT_EQ(pairs[0].kernel->variant + pairs[0].peer->variant, "bc");
    EXPECT_EQ(pairs[1].kernel->variant + pairs[1].peer->variant, "bd");
    EXPECT_EQ(ops_left_out(kernels, pairs), std::vector<std::string>{"one"});
    ASSERT_EQ(pair_up(kernels, nullptr).size(), 2u);
    EXPECT_EQ(pair_up(kernels, nullptr)[0].peer, nullptr);
}

}  // namespace
}  // namespace brickproof::bench
