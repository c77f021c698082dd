#include "bench/machine/limits.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "bench/machine/limit_loops.hpp"

namespace brickproof::bench {
namespace {

Limits made_up() {
    Limits limits;
    limits.instructions = "none";
    limits.bandwidth[0] = Bandwidth{.read = 200.0, .write = 100.0, .copy = 250.0, .update = 300.0};
    limits.bandwidth[3] = Bandwidth{.read = 20.0, .write = 10.0, .copy = 16.0, .update = 25.0};
    limits.peaks = {.multiply_adds = 64.0, .int8_multiply_adds = 256.0, .divisions = 8.0, .square_roots = 4.0};
    return limits;
}

TEST(BoundOf, IsTheLimitThatTakesLongest) {
    const Limits limits = made_up();
    EXPECT_EQ(bound_of(limits, Level::dram, 2000, 0, {}).name, "DRAM read");
    EXPECT_DOUBLE_EQ(bound_of(limits, Level::dram, 2000, 0, {}).nanoseconds, 100.0);
    EXPECT_EQ(bound_of(limits, Level::dram, 0, 1000, {}).name, "DRAM write");
    EXPECT_DOUBLE_EQ(bound_of(limits, Level::dram, 0, 1000, {}).nanoseconds, 100.0);
    EXPECT_EQ(bound_of(limits, Level::l1, 100, 100, {.multiply_adds = 6400.0}).name, "multiply-add");
    EXPECT_DOUBLE_EQ(bound_of(limits, Level::l1, 100, 100, {.multiply_adds = 6400.0}).nanoseconds, 100.0);
    EXPECT_EQ(bound_of(limits, Level::l1, 0, 0, {.int8_multiply_adds = 512.0}).name, "int8 multiply-add");
    EXPECT_EQ(bound_of(limits, Level::l1, 0, 0, {.divisions = 80.0, .square_roots = 8.0}).name, "divide");
    EXPECT_EQ(bound_of(limits, Level::l1, 0, 0, {.divisions = 8.0, .square_roots = 8.0}).name, "square root");
}

// 600 bytes read beside 600 written at 16 GB/s for both, 400 more read at 20 GB/s.
TEST(BoundOf, CopiesAsMuchAsIsReadAndWritten) {
    const Bound bound = bound_of(made_up(), Level::dram, 1000, 600, {});
    EXPECT_EQ(bound.name, "DRAM copy");
    EXPECT_DOUBLE_EQ(bound.nanoseconds, 1200.0 / 16.0 + 400.0 / 20.0);
}

TEST(BoundOf, OfAnOpInPlaceIsThatOfAnUpdate) {
    const Bound bound = bound_of(made_up(), Level::dram, 1000, 1000, {}, true);
    EXPECT_EQ(bound.name, "DRAM update");
    EXPECT_DOUBLE_EQ(bound.nanoseconds, 2000.0 / 25.0);
}

TEST(BoundOf, KnowsNoneWhereNothingWasMeasured) {
    EXPECT_EQ(bound_of({}, Level::dram, 1000, 1000, {.multiply_adds = 10.0}).nanoseconds, 0.0);
    EXPECT_EQ(bound_of(made_up(), Level::l2, 1000, 1000, {}).name, "");
}

TEST(LimitLoops, WriteAndCopyEveryByte) {
    const LimitLoops loops = limit_loops();
    if (loops.read == nullptr) GTEST_SKIP() << "no loops for this CPU";
    constexpr std::size_t bytes = 8 * loop_step;
    alignas(64) static std::byte from[bytes];
    alignas(64) static std::byte to[bytes];
    for (auto* write : {loops.write, loops.write_past_caches}) {
        std::fill(std::begin(to), std::end(to), std::byte{0});
        write(to, bytes);
        for (const std::byte byte : to) ASSERT_EQ(byte, std::byte{1});
    }
    for (std::size_t i = 0; i < bytes; ++i) from[i] = static_cast<std::byte>(i % 251);
    for (auto* copy : {loops.copy, loops.copy_past_caches}) {
        std::fill(std::begin(to), std::end(to), std::byte{0});
        copy(from, to, bytes);
        EXPECT_TRUE(std::equal(std::begin(from), std::end(from), std::begin(to)));
    }
    loops.read(from, bytes);
}

TEST(MeasureLimits, FindsEveryLimitThatTheCpuHas) {
    if (limit_loops().read == nullptr) GTEST_SKIP() << "no loops for this CPU";
    constexpr Caches caches{.l1_data = 32 << 10, .l2 = 128 << 10, .last_level = 1 << 20, .reported = true};
    constexpr Level all[] = {Level::l1, Level::l2, Level::l3, Level::dram};
    const Limits limits = measure_limits(Clock::best(), caches, std::size_t{1} << 30, all);
    for (const auto& bandwidth : limits.bandwidth) {
        ASSERT_TRUE(bandwidth.has_value());
        for (const double rate : {bandwidth->read, bandwidth->write, bandwidth->copy, bandwidth->update})
            EXPECT_GT(rate, 0.0);
    }
    for (const double peak : {limits.peaks.multiply_adds, limits.peaks.int8_multiply_adds, limits.peaks.divisions,
                              limits.peaks.square_roots})
        EXPECT_GT(peak, 0.0);
    for (std::size_t level = 1; level < limits.bandwidth.size(); ++level)
        EXPECT_GE(limits.bandwidth[level - 1]->read, limits.bandwidth[level]->read);
}

}  // namespace
}  // namespace brickproof::bench
