#include "bench/measure/meter.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include "bench/machine/core_clock.hpp"
#include "bench/machine/interrupt_footprint.hpp"
#include "judge/fault_trap.hpp"

namespace brickproof::bench {
namespace {

TEST(DisturbanceOf, ReadsSwitchesStolenTimeAndInterrupts) {
    EXPECT_EQ(disturbance_of({50'000, 50'300, 0, false}), Disturbance::none);
    EXPECT_EQ(disturbance_of({50'000, 49'000, 0, false}), Disturbance::none);  // within the two clocks' rates
    EXPECT_EQ(disturbance_of({50'000, 50'300, 1, false}), Disturbance::switched);
    EXPECT_EQ(disturbance_of({50'000, 40'000, 0, false}), Disturbance::stolen);
    EXPECT_EQ(disturbance_of({50'000, 50'300, 0, true}), Disturbance::interrupt);
    EXPECT_EQ(disturbance_of({50'000, 40'000, 1, true}), Disturbance::switched);  // the worst is told
    EXPECT_EQ(disturbance_of({1e9, 1e9 - 1e6, 0, false}), Disturbance::none);
}

TEST(Measure, SeesThatTheThreadGaveTheCpuAway) {
    install_fault_trap();
    const Measured measured = measure(
        Clock::steady(), [](std::size_t, std::size_t) { usleep(1000); }, 0, 1);
    EXPECT_EQ(measured.disturbance, Disturbance::switched);
    EXPECT_GE(measured.nanoseconds, 1e6);
}

// Whatever the machine does, of a thousand batches of nothing some are undisturbed; of some that last as long as it
// takes an interrupt to show here, one is not.
TEST(Measure, SeesNothingInShortBatchesAndSomethingInLongOnes) {
    install_fault_trap();
    const bool shows = interrupts_show();
    const Clock clock = Clock::best();
    const auto is_undisturbed = [&clock](const Batch& batch) {
        return measure(clock, batch, 0, 1).disturbance == Disturbance::none;
    };
    const Batch nothing = [](std::size_t, std::size_t) {};
    bool undisturbed = false;
    for (int i = 0; i < 1000 && !undisturbed; ++i) undisturbed = is_undisturbed(nothing);
    EXPECT_TRUE(undisturbed);
    if (!shows) GTEST_SKIP() << "no interrupt shows on this CPU";
    for (int i = 0; i < 20; ++i) {
        bool came = false;
        const Batch until_interrupted = [&](std::size_t, std::size_t) {
            const std::uint64_t begin = clock.ticks();
            while (!came && clock.nanoseconds(clock.ticks() - begin) < 50e6) came = saw_interrupt();
        };
        const bool undisturbed_after_all = is_undisturbed(until_interrupted);
        EXPECT_FALSE(came && undisturbed_after_all);
    }
}

TEST(Measure, CatchesAKernelThatCrashes) {
    install_fault_trap();
    const Measured measured = measure(
        Clock::best(), [](std::size_t, std::size_t) { __builtin_trap(); }, 0, 1);
    EXPECT_NE(measured.died, "");
}

TEST(InterruptFootprint, StaysUntilAnInterruptAndShowsOne) {
    if (!interrupts_show()) GTEST_SKIP() << "no interrupt shows on this CPU";
    int seen = 0;
    for (int i = 0; i < 1000; ++i) {
        set_interrupt_footprint();
        seen += saw_interrupt() ? 1 : 0;
    }
    EXPECT_LT(seen, 1000);  // it does not show by itself
}

// Its readings stand between two of steady_clock, so that it cannot have counted more, whatever the machine does.
TEST(Clock, RunsForwardAndNoFasterThanSteadyClock) {
    const Clock best = Clock::best();
    const Clock steady = Clock::steady();
    const std::uint64_t steady_begin = steady.ticks();
    const std::uint64_t begin = best.ticks();
    while (steady.nanoseconds(steady.ticks() - steady_begin) < 20e6) {
    }
    const std::uint64_t end = best.ticks();
    const double steady_nanoseconds = steady.nanoseconds(steady.ticks() - steady_begin);
    EXPECT_GE(best.nanoseconds(end - begin), 19e6);
    EXPECT_LE(best.nanoseconds(end - begin), steady_nanoseconds * 1.001);
}

TEST(CoreGigahertz, IsThatOfACpu) {
    const double rate = core_gigahertz(Clock::best());
    EXPECT_GT(rate, 0.0);
    EXPECT_LT(rate, 20.0);
}

}  // namespace
}  // namespace brickproof::bench
