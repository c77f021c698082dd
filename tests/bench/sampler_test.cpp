#include "bench/measure/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "bench/measure/statistics.hpp"
#include "synthetic_machine.hpp"

namespace brickproof::bench {
namespace {

// Short, so that tests are.
SamplingOptions options_for(SyntheticMachine& machine) {
    return {.seconds = 0.2, .least_measured = 0.01, .shortest_sample = 50'000, .seed = 3, .now = machine.clock()};
}

Samples sample_one(SyntheticMachine& machine, SyntheticMachine::Effect effect, double nanoseconds = 100.0) {
    const std::vector<Contestant> contestants{machine.kernel("a", nanoseconds)};
    return sample(contestants, options_for(machine), machine.meter(std::move(effect)));
}

TEST(Sampler, FindsAKernelThatTakesTwiceAsLongTwiceAsSlow) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("a", 100.0), machine.kernel("b", 200.0)};
    const Samples samples = sample(contestants, options_for(machine), machine.meter());
    const Interval interval = bootstrap_ratio(samples.nanoseconds[0], samples.nanoseconds[1], 1);
    EXPECT_TRUE(interval.contains(2.0));
    EXPECT_EQ(verdict_of(interval), Verdict::faster);
    EXPECT_TRUE(samples.diagnoses[0].is_valid());
    EXPECT_EQ(samples.attempts.size(), 1u);
}

TEST(Sampler, CannotTellAKernelFromItself) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("a", 100.0), machine.kernel("a", 100.0)};
    const Samples samples = sample(contestants, options_for(machine), machine.meter());
    EXPECT_EQ(verdict_of(bootstrap_ratio(samples.nanoseconds[0], samples.nanoseconds[1], 1)), Verdict::cannot_tell);
}

// Eleven calls of each before anything counts, then a round a second.
TEST(Sampler, EndsWithTheTimeHoweverFewSamplesThereAre) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("slow", 0.5e9), machine.kernel("slow", 0.5e9)};
    SamplingOptions options = options_for(machine);
    options.seconds = 40.0;
    const Samples samples = sample(contestants, options, machine.meter());
    EXPECT_LT(samples.seconds, 42.0);
    EXPECT_GT(samples.nanoseconds[0].size(), 20u);
    EXPECT_LT(samples.nanoseconds[0].size(), 40u);
    EXPECT_EQ(samples.calls[0], 1u);
    EXPECT_EQ(samples.attempts.size(), 1u);
    EXPECT_EQ(samples.diagnoses[0].kind, Diagnosis::Kind::too_few);
}

TEST(Sampler, MakesSamplesLongEnoughForTheClockAndCountsTheCallsOn) {
    SyntheticMachine machine;
    const Samples samples = sample_one(machine, SyntheticMachine::quiet, 3.0);
    EXPECT_GE(3.0 * static_cast<double>(samples.calls[0]), 50'000.0);
    EXPECT_EQ(machine.last_calls, samples.calls[0]);
    EXPECT_GE(machine.last_first, machine.last_calls * (least_samples - 1));
}

// Whoever comes second on the same input finds it in the cache: no contestant gets one that another has just had.
TEST(Sampler, RotatesTheInputsThroughAllContestantsTogether) {
    SyntheticMachine machine;
    std::size_t next = 0;
    bool in_turn = true;
    const auto watching = [&](std::size_t first, std::size_t calls) {
        in_turn = in_turn && first == next;
        next = first + calls;
    };
    const Meter meter = [&](const Batch& batch, std::size_t first, std::size_t calls) {
        batch(first, calls);
        return Measured{.nanoseconds = 100.0 * static_cast<double>(calls)};
    };
    const std::vector<Contestant> contestants{{"a", watching}, {"b", watching}, {"c", watching}};
    SamplingOptions options = options_for(machine);
    options.now = [seconds = 0.0]() mutable { return seconds += 1e-4; };
    const Samples samples = sample(contestants, options, meter);
    EXPECT_GE(samples.nanoseconds[0].size(), least_samples);
    EXPECT_TRUE(in_turn);
}

// A kernel of 40 ns whose sample shows 3 us too much and whose call 5 ns: both are taken off.
TEST(Sampler, SubtractsTheOverheadOfASampleAndOfACall) {
    SyntheticMachine machine;
    std::vector<Contestant> contestants{machine.kernel("a", 40.0 + 5.0)};
    contestants[0].call_overhead = 5.0;
    SamplingOptions options = options_for(machine);
    options.sample_overhead = 3000.0;
    const Samples samples = sample(contestants, options, machine.meter([](double nanoseconds, Random&) {
        return Measured{.nanoseconds = nanoseconds + 3000.0};
    }));
    for (const double value : samples.nanoseconds[0]) EXPECT_NEAR(value, 40.0, 1e-9);
}

TEST(Sampler, WarmsUpUntilTheTimeIsStationary) {
    SyntheticMachine machine;
    // From three times the time down to it, over fifty batches.
    const Samples samples = sample_one(machine, [&machine](double nanoseconds, Random&) {
        const double cold = machine.batches < 50 ? 2.0 * (1.0 - static_cast<double>(machine.batches) / 50.0) : 0.0;
        return Measured{.nanoseconds = nanoseconds * (1.0 + cold)};
    });
    EXPECT_GE(samples.warm_ups, 40u);
    for (const double value : samples.nanoseconds[0]) EXPECT_LT(value, 110.0);
}

TEST(Sampler, WarmsUpWithTenSamplesAtLeast) {
    SyntheticMachine machine;
    EXPECT_GE(sample_one(machine, SyntheticMachine::quiet).warm_ups, 10u);
}

TEST(Sampler, VoidsDisturbedSamplesByTheEvidenceAndKeepsThemAside) {
    for (const Disturbance disturbance : {Disturbance::interrupt, Disturbance::stolen, Disturbance::switched}) {
        SyntheticMachine machine;
        const Samples samples = sample_one(machine, [disturbance](double nanoseconds, Random& random) {
            if (random.below(20) != 0) return SyntheticMachine::quiet(nanoseconds, random);
            return Measured{.nanoseconds = 30.0 * nanoseconds, .disturbance = disturbance};
        });
        EXPECT_GT(samples.voided_count(), 0u);
        EXPECT_EQ(samples.disturbances[static_cast<std::size_t>(disturbance)], samples.voided_count());
        for (const double value : samples.voided[0]) EXPECT_NEAR(value, 3000.0, 1e-6);
        for (const double value : samples.nanoseconds[0]) EXPECT_LE(value, 106.0);
        EXPECT_TRUE(samples.diagnoses[0].is_valid());
    }
}

// A turn whose second contestant could not be had undisturbed does not count for the first either: its time is
// kept.
TEST(Sampler, KeepsWhatWasTakenBesideWhatDidNotCount) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("a", 100.0), machine.kernel("b", 1000.0)};
    // b's batches are told by their time a call. Now and then four in a row do not count, and a turn tries three
    // times.
    std::size_t batches_of_b = 0;
    const Samples samples =
        sample(contestants, options_for(machine),
               [&, meter = machine.meter()](const Batch& batch, std::size_t first, std::size_t calls) {
                   Measured measured = meter(batch, first, calls);
                   const bool is_b = measured.nanoseconds / static_cast<double>(calls) > 500.0;
                   if (is_b && ++batches_of_b > 100 && batches_of_b % 12 < 4)
                       measured.disturbance = Disturbance::switched;
                   return measured;
               });
    EXPECT_GT(samples.voided[0].size(), 0u);
    for (const double value : samples.voided[0]) EXPECT_NEAR(value, 100.0, 10.0);
    EXPECT_EQ(samples.disturbances[static_cast<std::size_t>(Disturbance::switched)], samples.voided_count());
    EXPECT_GT(samples.nanoseconds[0].size(), samples.voided[0].size());
}

// Evidence without an effect on the time voids as well, and an effect without evidence does not.
TEST(Sampler, NeverVoidsByTheValue) {
    SyntheticMachine fast;
    const Samples evidence = sample_one(fast, [](double nanoseconds, Random& random) {
        return Measured{.nanoseconds = nanoseconds,
                        .disturbance = random.below(4) == 0 ? Disturbance::switched : Disturbance::none};
    });
    EXPECT_GT(evidence.voided_count(), least_samples / 8);
    SyntheticMachine slow;
    std::size_t slow_ones = 0;
    const Samples values = sample_one(slow, [&slow_ones](double nanoseconds, Random& random) {
        const bool is_slow = random.below(10) == 0;
        slow_ones += is_slow ? 1 : 0;
        return Measured{.nanoseconds = nanoseconds * (is_slow ? 50.0 : 1.0)};
    });
    EXPECT_EQ(values.voided_count(), 0u);
    const auto kept = std::ranges::count_if(values.nanoseconds[0], [](double value) { return value > 4000.0; });
    EXPECT_GT(kept, 0);
    EXPECT_FALSE(values.diagnoses[0].is_valid());
}

// Of samples that last longer than the time between two timer ticks, none would be left.
TEST(Sampler, KeepsInterruptedSamplesOfLongCalls) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("slow", 20e6)};
    SamplingOptions options = options_for(machine);
    options.shortest_sample = 2.0 * longest_batch_voided_by_interrupt;
    options.seconds = 4.0;
    const Samples samples = sample(contestants, options, machine.meter([](double nanoseconds, Random&) {
        return Measured{.nanoseconds = nanoseconds, .disturbance = Disturbance::interrupt};
    }));
    EXPECT_EQ(samples.voided_count(), 0u);
    EXPECT_EQ(samples.disturbances, Disturbances{});
    EXPECT_GE(samples.nanoseconds[0].size(), least_samples);
}

TEST(Sampler, ARoundCountsForAllContestantsOrForNone) {
    SyntheticMachine machine;
    const std::vector<Contestant> contestants{machine.kernel("a", 100.0), machine.kernel("b", 100.0)};
    const Samples samples =
        sample(contestants, options_for(machine), machine.meter([](double nanoseconds, Random& random) {
            return Measured{.nanoseconds = nanoseconds,
                            .disturbance = random.below(2) == 0 ? Disturbance::stolen : Disturbance::none};
        }));
    EXPECT_GE(samples.nanoseconds[0].size(), least_samples);
    EXPECT_EQ(samples.nanoseconds[0].size(), samples.nanoseconds[1].size());
}

TEST(Sampler, GivesUpWhereEverySampleIsDisturbed) {
    SyntheticMachine machine;
    const Samples samples = sample_one(machine, [](double nanoseconds, Random&) {
        return Measured{.nanoseconds = nanoseconds, .disturbance = Disturbance::switched};
    });
    EXPECT_TRUE(samples.nanoseconds[0].empty());
    EXPECT_GE(samples.voided_count(), 2 * least_samples);
    EXPECT_EQ(samples.diagnoses[0].kind, Diagnosis::Kind::too_few);
}

// One batch in twenty is held up by 50 us that nobody tells about: too much for samples of 50 us, little for those
// of more turns.
TEST(Sampler, TriesAgainWithLongerSamplesAndTellsEveryAttempt) {
    SyntheticMachine machine;
    const Samples samples = sample_one(machine, [](double nanoseconds, Random& random) {
        return Measured{.nanoseconds = nanoseconds + (random.below(20) == 0 ? 50'000.0 : 0.0)};
    });
    ASSERT_GE(samples.attempts.size(), 2u);
    EXPECT_NE(samples.attempts.front().reason, "");
    EXPECT_EQ(samples.attempts.back().reason, "");
    EXPECT_EQ(samples.attempts.front().turns, 1u);
    EXPECT_GT(samples.attempts.back().turns, 1u);
    EXPECT_GT(samples.attempts.back().sample_nanoseconds, samples.attempts.front().sample_nanoseconds);
    EXPECT_EQ(samples.calls[0], samples.attempts.back().turns * machine.last_calls);
    EXPECT_TRUE(samples.diagnoses[0].is_valid());
}

// What lasts for milliseconds meets both alike: neither has two batches more than the other, at any time.
TEST(Sampler, ContestantsTakeTurnsWithinASample) {
    SyntheticMachine machine;
    int ahead = 0;
    int farthest = 0;
    std::vector<Contestant> contestants{machine.kernel("a", 100.0), machine.kernel("b", 100.0)};
    for (const int i : {0, 1}) {
        contestants[static_cast<std::size_t>(i)].batch =
            [&, i, inner = contestants[static_cast<std::size_t>(i)].batch](std::size_t first, std::size_t calls) {
                inner(first, calls);
                ahead += i == 0 ? 1 : -1;
                farthest = std::max(farthest, std::abs(ahead));
                if (machine.batches < 40) ahead = farthest = 0;  // warm-up
            };
    }
    const Samples samples =
        sample(contestants, options_for(machine), machine.meter([](double nanoseconds, Random& random) {
            return Measured{.nanoseconds = nanoseconds + (random.below(20) == 0 ? 50'000.0 : 0.0)};
        }));
    EXPECT_GT(samples.attempts.back().turns, 1u);
    EXPECT_LE(farthest, 2);
}

TEST(Sampler, ALaterAttemptEndsWithTheTimeAndStaysInvalid) {
    SyntheticMachine machine;
    const Samples samples = sample_one(machine, [&machine](double nanoseconds, Random&) {
        return Measured{.nanoseconds = nanoseconds * (1.0 + 1e-3 * static_cast<double>(machine.batches))};
    });
    EXPECT_EQ(samples.diagnoses[0].kind, Diagnosis::Kind::drift);
    EXPECT_GE(samples.attempts.size(), 2u);
    EXPECT_LT(samples.seconds, 0.21);  // of made-up time: the limit is 0.2
}

// Later all batches are disturbed: the samples of before stand, and both attempts are told.
TEST(Sampler, AnAttemptWithTooFewSamplesDoesNotStand) {
    SyntheticMachine machine;
    const Samples samples = sample_one(machine, [&machine](double nanoseconds, Random& random) {
        return Measured{.nanoseconds = nanoseconds * (1.0 + 0.5 * static_cast<double>(random.unit())),
                        .disturbance = machine.batches > 400 ? Disturbance::switched : Disturbance::none};
    });
    ASSERT_GE(samples.attempts.size(), 2u);
    EXPECT_LT(samples.attempts.back().samples, least_samples);
    EXPECT_GE(samples.nanoseconds[0].size(), least_samples);
    EXPECT_EQ(samples.diagnoses[0].kind, Diagnosis::Kind::spread);
    EXPECT_NEAR(100.0 * static_cast<double>(samples.calls[0]), samples.attempts.front().sample_nanoseconds,
                30'000.0);
}

TEST(Sampler, AContestantTakenAlongDoesNotProlongTheSampling) {
    SyntheticMachine machine;
    std::vector<Contestant> contestants{machine.kernel("a", 100.0), machine.kernel("loop", 300.0)};
    contestants[1].must_be_valid = false;
    const Samples samples =
        sample(contestants, options_for(machine), machine.meter([&machine](double nanoseconds, Random& random) {
            const bool is_loop = nanoseconds / static_cast<double>(machine.last_calls) > 200.0;
            const double factor = is_loop && random.below(2) == 0 ? 3.0 : 1.0;
            return Measured{.nanoseconds = nanoseconds * factor};
        }));
    EXPECT_EQ(samples.attempts.size(), 1u);
    EXPECT_TRUE(samples.diagnoses[0].is_valid());
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
    SamplingOptions options = options_for(machine);
    options.stop = &stop;
    const Samples samples = sample(contestants, options, meter);
    EXPECT_TRUE(samples.user_stopped);
    EXPECT_GT(samples.nanoseconds[0].size(), 0u);
    EXPECT_LT(samples.nanoseconds[0].size(), least_samples);
}

TEST(ShortestSampleFor, KeepsTheOverheadBelowAThousandth) {
    EXPECT_EQ(shortest_sample_for(20.0), 100'000.0);
    EXPECT_EQ(shortest_sample_for(500.0), 500'000.0);
}

}  // namespace
}  // namespace brickproof::bench
