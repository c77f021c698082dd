#include "bench/machine/perf_counters.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/perf_event.h>
#endif

namespace brickproof::bench {
namespace {

TEST(CountsBetween, AreTheDifferencesWhereTheCountersRanAllTheTime) {
    const PerfReading before{2, 1000, 600, {10, 20}};  // they did not once, earlier
    const auto counts = counts_between(before, {2, 1500, 1100, {110, 420}});
    ASSERT_TRUE(counts.has_value());
    EXPECT_EQ(counts->cycles, 100u);
    EXPECT_EQ(counts->instructions, 400u);
}

TEST(CountsBetween, AreNoneWhereTheCountersWereSharedDidNotRunOrAreNotTwo) {
    const PerfReading before{2, 1000, 1000, {10, 20}};
    EXPECT_FALSE(counts_between(before, {2, 1500, 1499, {110, 420}}).has_value());
    EXPECT_FALSE(counts_between(before, {2, 1500, 1000, {10, 20}}).has_value());
    EXPECT_FALSE(counts_between(before, before).has_value());
    EXPECT_FALSE(counts_between(before, {1, 1500, 1500, {110, 420}}).has_value());
}

#if defined(__linux__)

// The CPU's own counters are missing in most virtual machines, the kernel's are not: time that the thread had the
// CPU, in ns, and page faults. Everything but the events' names is as it is with cycles and instructions.
class SoftwareEvents : public testing::Test {
  protected:
    void SetUp() override {
        if (!counters_.are_there()) GTEST_SKIP() << "the system lets nobody count here: " << counters_.why_not();
    }

    const PerfCounters counters_{PerfPair{
        {{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK}, {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS}}}};
};

void touch_new_pages(std::size_t pages) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void* const memory = mmap(nullptr, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    madvise(memory, pages * page, MADV_NOHUGEPAGE);
    for (std::size_t i = 0; i < pages; ++i) static_cast<volatile char*>(memory)[i * page] = 1;
    munmap(memory, pages * page);
}

TEST_F(SoftwareEvents, AreCountedForTheWorkAlone) {
    EXPECT_EQ(counters_.why_not(), "");
    touch_new_pages(300);  // before
    for (const std::size_t pages : {200u, 0u, 100u}) {
        const auto counts = counters_.count([pages] {
            if (pages > 0) touch_new_pages(pages);
        });
        touch_new_pages(300);  // between
        ASSERT_TRUE(counts.has_value()) << pages;
        EXPECT_GE(counts->instructions, pages);
        EXPECT_LE(counts->instructions, pages + 50) << "each is counted from zero";
    }
}

TEST_F(SoftwareEvents, AreThoseOfThisThread) {
    const auto now = [] {
        timespec time{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(time.tv_nsec);
    };
    std::uint64_t spent = 0;
    const auto counts = counters_.count([&] {
        const std::uint64_t begin = now();
        while (spent < 3'000'000) spent = now() - begin;
    });
    ASSERT_TRUE(counts.has_value());
    EXPECT_GE(counts->cycles, spent / 2);  // ns here, by another clock
}

TEST(PerfCounters, SayWhyTheyAreNotThere) {
    const PerfCounters none{PerfPair{{{PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK}, {PERF_TYPE_SOFTWARE, 9999}}}};
    EXPECT_FALSE(none.are_there());
    EXPECT_TRUE(none.why_not().starts_with("perf_event: ")) << none.why_not();
    EXPECT_FALSE(none.count([] {}).has_value());
}

#endif

}  // namespace
}  // namespace brickproof::bench
