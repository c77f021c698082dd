// The sampler on a synthetic machine: a batch adds its cost to a clock that only these tests have.
#include "bench/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "bench/statistics.hpp"
#include "engine/random.hpp"

namespace brickproof::bench {
namespace {

class SyntheticMachine {
  public:
    // Costs `nanoseconds` a call.
    Contestant kernel(std::string name, double nanoseconds) {
        return {std::move(name), [this, nanoseconds](std::size_t first, std::size_t calls) {
                    elapsed_ += nanoseconds * static_cast<double>(calls);
                    last_first_ = first;
                    last_calls_ = calls;
                }};
    }
    // Up to 5% noise, and an interruption, seldom or always, that is reported.
    Meter meter(std::size_t one_in = 0) {
        return [this, one_in](const Batch& batch, std::size_t first, std::size_t calls) {
            elapsed_ = 0.0;
            batch(first, calls);
            ++batches;
            const bool hit = one_in > 0 && random_.below(one_in) == 0;
            const double noise = 1.0 + 0.05 * static_cast<double>(random_.unit());
            return Measured{.nanoseconds = elapsed_ * noise * (hit ? 1000.0 : 1.0), .interrupted = hit};
        };
    }
    std::size_t last_first() const { return last_first_; }
    std::size_t last_calls() const { return last_calls_; }

    std::size_t batches = 0;

  private:
    double elapsed_ = 0.0;
    std::size_t last_first_ = 0;
    std::size_t last_calls_ = 0;
    Random random_{11};
};

TEST(Sampler, FindsAKernelThatTakesTwiceAsLongTwiceAsSlow) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("a", 100.0), machine.kernel("b", 200.0)};
    const Samples samples = sample(contestants, {.seconds = 0.02}, machine.meter());
    const Interval interval = bootstrap_ratio(samples.nanoseconds[0], samples.nanoseconds[1], 1);
    EXPECT_TRUE(interval.contains(2.0));
    EXPECT_EQ(verdict_of(interval), Verdict::faster);
}

TEST(Sampler, CannotTellAKernelFromItself) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("a", 100.0), machine.kernel("a", 100.0)};
    const Samples samples = sample(contestants, {.seconds = 0.02}, machine.meter());
    EXPECT_EQ(verdict_of(bootstrap_ratio(samples.nanoseconds[0], samples.nanoseconds[1], 1)), Verdict::cannot_tell);
}

TEST(Sampler, TakesAtLeastAHundredSamplesHoweverLittleTimeItGets) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("slow", 1e9)};
    const Samples samples = sample(contestants, {.seconds = 0.001}, machine.meter());
    EXPECT_EQ(samples.nanoseconds[0].size(), least_samples);
    EXPECT_EQ(samples.calls[0], 1u);
}

TEST(Sampler, MakesBatchesLongEnoughForTheClockAndCountsTheCallsOn) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("short", 3.0)};
    const Samples samples = sample(contestants, {.seconds = 0.01, .shortest_batch = 60'000}, machine.meter());
    EXPECT_GE(3.0 * static_cast<double>(samples.calls[0]), 60'000.0);
    EXPECT_EQ(machine.last_calls(), samples.calls[0]);
    EXPECT_GE(machine.last_first(), machine.last_calls() * (least_samples - 1));
}

TEST(Sampler, VoidsInterruptedRoundsByTheEvidenceAndSaysHowMany) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("a", 100.0), machine.kernel("b", 100.0)};
    const Samples samples = sample(contestants, {.seconds = 0.02}, machine.meter(20));
    EXPECT_GT(samples.voided, 0u);
    EXPECT_GE(samples.nanoseconds[0].size(), least_samples);
    EXPECT_EQ(samples.nanoseconds[0].size(), samples.nanoseconds[1].size());
    for (const double value : samples.nanoseconds[0]) EXPECT_LE(value, 106.0);
}

TEST(Sampler, GivesUpWhereEveryRoundIsInterrupted) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("a", 100.0)};
    const Samples samples = sample(contestants, {.seconds = 0.001}, machine.meter(1));
    EXPECT_TRUE(samples.nanoseconds[0].empty());
    EXPECT_EQ(samples.voided, 3 * 2 * least_samples);  // three attempts a round
}

TEST(Sampler, KeepsWhatIsUnusuallySlowWithoutEvidence) {
    std::size_t batches = 0;
    const Meter meter = [&](const Batch&, std::size_t, std::size_t calls) {
        return Measured{.nanoseconds = 1e6 * static_cast<double>(calls) * (++batches % 10 == 0 ? 50.0 : 1.0)};
    };
    const std::vector<Contestant> contestants{{"a", [](std::size_t, std::size_t) {}}};
    const Samples samples = sample(contestants, {.seconds = 0.001}, meter);
    EXPECT_EQ(samples.voided, 0u);
    EXPECT_EQ(std::ranges::count_if(samples.nanoseconds[0], [](double value) { return value > 1e7; }), 10);
}

TEST(Sampler, StopsAtACrashAndNamesTheKernel) {
    const Meter meter = [](const Batch&, std::size_t first, std::size_t calls) {
        if (first > 10) return Measured{.died = "it died of SIGSEGV"};
        return Measured{.nanoseconds = 1e6 * static_cast<double>(calls)};
    };
    const std::vector<Contestant> contestants{{"guest", [](std::size_t, std::size_t) {}}};
    const Samples samples = sample(contestants, {}, meter);
    EXPECT_EQ(samples.dead, 0u);
    EXPECT_EQ(samples.died, "guest: it died of SIGSEGV");
}

TEST(Sampler, ReturnsWhatThereIsWhenTheUserStopsIt) {
    SyntheticMachine machine;
    std::atomic<bool> stop{false};
    const Meter inner = machine.meter();
    const Meter meter = [&](const Batch& batch, std::size_t first, std::size_t calls) {
        if (machine.batches == 60) stop = true;
        return inner(batch, first, calls);
    };
    const std::vector<Contestant> contestants{machine.kernel("a", 1e6)};
    const Samples samples = sample(contestants, {.interrupted = &stop}, meter);
    EXPECT_TRUE(samples.user_stopped);
    EXPECT_GT(samples.nanoseconds[0].size(), 0u);
    EXPECT_LT(samples.nanoseconds[0].size(), least_samples);
}

TEST(WasInterrupted, ReadsSwitchesAndTimeOffTheCpu) {
    EXPECT_FALSE(was_interrupted({50'000, 50'300, 0}));
    EXPECT_FALSE(was_interrupted({50'000, 49'000, 0}));  // within the two clocks' rates
    EXPECT_TRUE(was_interrupted({50'000, 50'300, 1}));
    EXPECT_TRUE(was_interrupted({50'000, 40'000, 0}));
}

TEST(BatchForOverhead, KeepsTwoReadingsOfTheClockBelowAThousandth) {
    EXPECT_EQ(batch_for_overhead(20.0), 50'000.0);
    EXPECT_EQ(batch_for_overhead(500.0), 1'000'000.0);
}

}  // namespace
}  // namespace brickproof::bench
