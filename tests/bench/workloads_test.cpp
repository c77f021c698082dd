#include "bench/run/workloads.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/machine/bandwidth.hpp"
#include "bench/run/bench_run.hpp"

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
    ASSERT_FALSE(list.workloads.empty());
    EXPECT_EQ(list.workloads.back().level, Level::dram);
    for (const SizedWorkload& workload : list.workloads) {
        EXPECT_EQ(workload.level == Level::dram, workload.name.starts_with("DRAM")) << workload.name;
        if (workload.level != Level::dram) continue;
        EXPECT_GE(workload.sets, 2u) << workload.name;
        EXPECT_GE(workload.sets * GetParam()->signature.bytes(workload.sizes), cache_multiple * caches.last_level);
    }
}

// Where a kernel may write past the caches.
TEST_P(EveryOp, HasLargeCallsFromDramIfItWritesMuchElsewhereThanItReads) {
    constexpr std::string_view others[] = {"q8_0.dot", "q8_0.gemv", "gemv", "attention", "rope"};
    const WorkloadList list = workloads_of(*GetParam(), caches, std::size_t{1} << 30);
    const SizedWorkload& last = list.workloads.back();
    const bool writes_much = std::ranges::find(others, GetParam()->op) == std::end(others);
    EXPECT_EQ(last.name, writes_much ? "DRAM, large calls" : "DRAM");
    if (writes_much) {
        const auto prepared = prepare(*GetParam(), last, 1);
        ASSERT_TRUE(prepared.has_value());
        EXPECT_GE(prepared->bytes_written, std::min(large_output, caches.last_level));
        EXPECT_LT(prepared->bytes_written, 2 * std::min(large_output, caches.last_level));
    }
}

// The name says which: L1, L2 or L3 of a machine whose caches are as large as most machines'.
TEST_P(EveryOp, RotatesThroughBuffersThatLieWhereTheNameSays) {
    constexpr Caches usual{.l1_data = 48 << 10, .l2 = 1 << 20, .last_level = 32 << 20, .reported = true};
    const WorkloadList list = workloads_of(*GetParam(), usual, std::size_t{8} << 30);
    bool in_l3 = false;
    for (const SizedWorkload& workload : list.workloads) {
        const std::size_t working_set = workload.sets * GetParam()->signature.bytes(workload.sizes);
        EXPECT_EQ(level_of(working_set, usual), workload.level) << workload.name;
        EXPECT_TRUE(workload.name.starts_with(name_of(workload.level))) << workload.name;
        in_l3 = in_l3 || workload.level == Level::l3;
        EXPECT_TRUE(workload.level != Level::l3 || working_set >= 2 * usual.l2) << workload.name;
    }
    EXPECT_TRUE(in_l3);
}

TEST_P(EveryOp, CanBeCheckedAtEveryWorkload) {
    for (const SizedWorkload& workload : workloads_of(*GetParam(), caches, std::size_t{1} << 30).workloads) {
        const auto prepared = prepare(*GetParam(), workload, 1);
        ASSERT_TRUE(prepared.has_value());
        EXPECT_TRUE(can_be_checked(prepared->expected)) << workload.name;
    }
}

TEST_P(EveryOp, SaysWhyThereIsNoDramWorkloadWhereMemoryIsShort) {
    const WorkloadList list = workloads_of(*GetParam(), caches, 1 << 20);
    for (const SizedWorkload& workload : list.workloads) EXPECT_NE(workload.level, Level::dram);
    EXPECT_EQ(list.without_dram, "DRAM needs 2 MiB of free memory, 1 MiB are there");
}

TEST_P(EveryOp, StopsPreparingWhenTheUserStopsIt) {
    const std::atomic<bool> stop{true};
    const WorkloadList list = workloads_of(*GetParam(), caches, std::size_t{1} << 30);
    EXPECT_FALSE(prepare(*GetParam(), list.workloads.back(), 1, &stop).has_value());
}

TEST_P(EveryOp, IsTimedOnDataThatIsNotAllZero) {
    const Case c = typical_case(*GetParam(), GetParam()->workloads.front().sizes, 1);
    for (const Operand& operand : c.operands) {
        if (operand.access == Access::output) continue;
        const auto is_zero = [](std::byte byte) { return byte == std::byte{0}; };
        EXPECT_LT(std::ranges::count_if(operand.contents, is_zero) * 2, std::ssize(operand.contents));
    }
}

TEST_P(EveryOp, HasBuffersOfItsOwnInEverySet) {
    const WorkloadList list = workloads_of(*GetParam(), caches, std::size_t{1} << 30);
    const auto prepared = prepare(*GetParam(), list.workloads.back(), 1);
    ASSERT_TRUE(prepared.has_value());
    std::set<void*> addresses;
    std::size_t operands = 0;
    for (std::size_t set = 0; set < prepared->buffers.set_count(); ++set)
        for (void* operand : prepared->buffers.set(set)) {
            addresses.insert(operand);
            ++operands;
        }
    EXPECT_EQ(addresses.size(), operands);
}

TEST(WorkOf, CountsWhatTheFormulaNeedsAndNothingForAnOpThatItDoesNotKnow) {
    EXPECT_EQ(work_of(*find_contract("gemv"), std::vector<std::size_t>{3, 100, 1}).multiply_adds, 300.0);
    EXPECT_EQ(work_of(*find_contract("q8_0.dot"), std::vector<std::size_t>{64}).int8_multiply_adds, 64.0);
    EXPECT_EQ(work_of(*find_contract("q8_0.gemv"), std::vector<std::size_t>{2, 64}).int8_multiply_adds, 128.0);
    EXPECT_EQ(work_of(*find_contract("rms_norm"), std::vector<std::size_t>{10}).square_roots, 1.0);
    EXPECT_EQ(work_of(*find_contract("swiglu"), std::vector<std::size_t>{10}).divisions, 10.0);
    EXPECT_EQ(work_of(*find_contract("attention"), std::vector<std::size_t>{10, 4, 1, 64}).multiply_adds,
              40.0 * (128.0 + 8.0));
    EXPECT_EQ(work_of(*find_contract("f16.to_f32"), std::vector<std::size_t>{10}).multiply_adds, 0.0);
}

TEST(CanBeChecked, NotWithoutAnOracleNorWithAnInfiniteBound) {
    EXPECT_FALSE(can_be_checked({}));
    EXPECT_TRUE(can_be_checked({{{1.0}, {0.5}}}));
    EXPECT_FALSE(can_be_checked({{{1.0}, {0.5}}, {{1.0, 2.0}, {0.0, INFINITY}}}));
}

TEST(SetCount, KeepsTheWorkingSetWithinItsLevelAndOutOfTheNearerOnes) {
    EXPECT_EQ(set_count(Level::l1, 1 << 10, caches), 8u);
    EXPECT_EQ(set_count(Level::l1, 5 << 10, caches), 3u);
    EXPECT_EQ(set_count(Level::l2, 20 << 10, caches), 3u);
    EXPECT_EQ(set_count(Level::l2, 4 << 10, caches), 16u);  // eight would stay in L1
    EXPECT_EQ(set_count(Level::l3, 100 << 10, caches), 1u);
    EXPECT_EQ(set_count(Level::dram, 512 << 10, caches), 2u);
    EXPECT_EQ(set_count(Level::dram, 8 << 20, caches), 2u);
    EXPECT_EQ(set_count(Level::dram, 64 << 10, caches), 16u);
}

TEST(BusyShare, IsWhatWasNotIdleBetweenTwoLines) {
    EXPECT_DOUBLE_EQ(busy_share("cpu0 10 0 10 100 0 0 0 0 0 0", "cpu0 20 0 20 180 0 0 0 0 0 0"), 0.2);
    EXPECT_DOUBLE_EQ(busy_share("cpu0 1 1 1 1 1 1 1 1", "cpu0 1 1 1 1 1 1 1 1"), 0.0);
    EXPECT_DOUBLE_EQ(busy_share("", ""), 0.0);
}

TEST(WhyNotComparable, NamesWhatDiffers) {
    Machine there;
    there.cpu_model = "A";
    there.governor = "performance";
    Machine here = there;
    EXPECT_EQ(why_not_comparable(there, here), "");
    here.cpu_model = "B";
    here.caches.l2 = 1 << 20;
    EXPECT_EQ(why_not_comparable(there, here), "CPU: A there, B here; L2: 0 there, 1048576 here");
}

TEST(SpreadEvenly, TakesAllOrSoManyOrSomeAgain) {
    using Numbers = std::vector<std::size_t>;
    EXPECT_EQ(spread_evenly(3, 0), (Numbers{0, 1, 2}));
    EXPECT_EQ(spread_evenly(10, 4), (Numbers{0, 2, 5, 7}));
    EXPECT_EQ(spread_evenly(2, 5), (Numbers{0, 1, 0, 1, 0}));
    EXPECT_TRUE(spread_evenly(0, 5).empty());
}

TEST(CacheSize, IsReadAsLinuxWritesIt) {
    EXPECT_EQ(parse_cache_size("48K"), 48u << 10);
    EXPECT_EQ(parse_cache_size("32M"), 32u << 20);
    EXPECT_EQ(parse_cache_size("512"), 512u);
    EXPECT_EQ(parse_cache_size(""), 0u);
    EXPECT_EQ(parse_cache_size("12 parsecs"), 0u);
}

TEST(ReadInStreams, ReadsEveryByte) {
    std::vector<std::byte> memory(4096);
    const std::uint64_t before = read_in_streams(memory);
    for (std::size_t at = 0; at < memory.size(); ++at) {
        memory[at] = std::byte{1};
        EXPECT_NE(read_in_streams(memory), before) << at;
        memory[at] = std::byte{0};
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
