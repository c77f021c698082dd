#include "bench/measure/memory_probe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "bench/measure/sampler.hpp"
#include "bench/measure/statistics.hpp"
#include "synthetic_machine.hpp"

namespace brickproof::bench {
namespace {

// A machine whose memory others use: `slowdown`, of the time in ms and of chance, is what both the probes and the
// kernels wait for it longer, or only one of them.
struct BusyMemory {
    std::function<double(double milliseconds)> slowdown = [](double) { return 1.0; };
    double kernels_follow = 1.0;  // share of the slowdown
    double probes_follow = 1.0;
    double memory_nanoseconds = 0.0;
    SyntheticMachine machine{};
    bool is_probe = false;

    Samples sample(std::size_t contestants, double seconds = 1.0) {
        std::vector<Contestant> kernels;
        for (std::size_t i = 0; i < contestants; ++i) kernels.push_back(machine.kernel("a", 1000.0));
        const Contestant piece = machine.kernel("probe", 5000.0);
        const SamplingOptions options{.seconds = seconds,
                                      .least_measured = 0.01,
                                      .shortest_sample = 50'000,
                                      .memory_probe =
                                          [this, piece](std::size_t first, std::size_t calls) {
                                              piece.batch(first, calls);
                                              is_probe = true;
                                          },
                                      .memory_nanoseconds = memory_nanoseconds,
                                      .seed = 3,
                                      .now = machine.clock()};
        return bench::sample(kernels, options, machine.meter([this](double nanoseconds, Random& random) {
            const double follows = is_probe ? probes_follow : kernels_follow;
            is_probe = false;
            const double busy = slowdown(1e3 * machine.clock()()) - 1.0;
            const Measured quiet = SyntheticMachine::quiet(nanoseconds, random);
            return Measured{.nanoseconds = quiet.nanoseconds * (1.0 + follows * busy)};
        }));
    }
};

// Busy for 3 ms of 9.
double bursts(double milliseconds) {
    return static_cast<int>(milliseconds / 3.0) % 3 == 2 ? 1.5 : 1.0;
}

std::size_t voided_for_memory(const Samples& samples) {
    return samples.disturbances[static_cast<std::size_t>(Disturbance::memory)];
}

TEST(MemoryEvidence, VoidsTheSamplesOfRoundsInWhichMemoryWasBusyAndKeepsThemAside) {
    BusyMemory memory{.slowdown = bursts};
    const Samples samples = memory.sample(1);
    EXPECT_TRUE(samples.diagnoses[0].is_valid()) << samples.diagnoses[0].says;
    ASSERT_GT(voided_for_memory(samples), 0u);
    EXPECT_EQ(voided_for_memory(samples), samples.voided_count());
    ASSERT_TRUE(samples.memory.has_value());
    EXPECT_EQ(samples.memory->voided.size(), voided_for_memory(samples));
    EXPECT_EQ(samples.memory->counted.size(), samples.nanoseconds[0].size());
    for (const double value : samples.nanoseconds[0]) EXPECT_LT(value, 1110.0);
    EXPECT_NEAR(median(samples.voided[0]), 1525.0, 50.0);
    EXPECT_NEAR(samples.memory->quiet, 5080.0, 100.0);
    EXPECT_GT(samples.memory->variation(), largest_variation);
}

// Half of the rounds by the probes' word alone, which the kernels feel nothing of; and no round for what the
// kernels feel and the probes do not.
TEST(MemoryEvidence, NeverVoidsByTheSamplesValue) {
    BusyMemory only_probes{.slowdown = bursts, .kernels_follow = 0.0};
    EXPECT_GT(voided_for_memory(only_probes.sample(1)), least_samples / 10);
    BusyMemory only_kernels{.slowdown = bursts, .probes_follow = 0.0};
    const Samples samples = only_kernels.sample(1);
    EXPECT_EQ(samples.voided_count(), 0u);
    EXPECT_FALSE(samples.diagnoses[0].is_valid());
}

TEST(MemoryEvidence, TakesNothingFromAQuietRun) {
    BusyMemory quiet;
    const Samples samples = quiet.sample(1);
    EXPECT_EQ(samples.voided_count(), 0u);
    EXPECT_EQ(samples.attempts.size(), 1u);
    EXPECT_TRUE(samples.diagnoses[0].is_valid());
}

// A kernel beside itself, whose memory wanders by a third within fractions of a second: the round goes for both.
TEST(MemoryEvidence, VoidsARoundForAllAndLeavesTheirRatioUnbiased) {
    for (const double period : {3.0, 40.0, 500.0}) {
        BusyMemory wandering{
            .slowdown = [period](double ms) { return 1.15 + 0.15 * std::sin(6.283 * ms / period); }};
        const Samples samples = wandering.sample(2);
        ASSERT_GE(samples.nanoseconds[0].size(), 20u);
        EXPECT_EQ(samples.nanoseconds[0].size(), samples.nanoseconds[1].size());
        EXPECT_EQ(samples.voided[0].size(), samples.voided[1].size());
        EXPECT_NEAR(ratio_of_medians(samples.nanoseconds[0], samples.nanoseconds[1]), 1.0, 0.01) << period;
    }
}

// Nothing in such a row is the quiet machine's time, and the probes say why.
TEST(MemoryEvidence, CannotMakeARowValidWhereMemoryIsNeverQuiet) {
    BusyMemory drifting{.slowdown = [](double ms) { return 1.0 + 5e-3 * ms; }};
    const Samples samples = drifting.sample(1, 0.2);
    EXPECT_FALSE(samples.diagnoses[0].is_valid());
    ASSERT_TRUE(samples.memory.has_value());
    EXPECT_GT(samples.memory->variation(), largest_variation);
}

// Busy but for 2 ms of every 40: the few rounds in which it is not are not the row's machine either.
TEST(MemoryEvidence, VoidsTheFewRoundsInWhichMemoryIsQuieterThanTheRowsQuiet) {
    BusyMemory memory{.slowdown = [](double ms) { return std::fmod(ms, 40.0) < 2.0 ? 1.0 : 1.5; }};
    const Samples samples = memory.sample(1);
    EXPECT_TRUE(samples.diagnoses[0].is_valid()) << samples.diagnoses[0].says;
    EXPECT_GT(voided_for_memory(samples), 0u);
    for (const double value : samples.nanoseconds[0]) EXPECT_GT(value, 1350.0);
}

// What comes and goes within a round is averaged over twice the turns, by the rounds that there are already.
TEST(MemoryEvidence, JoinsRoundsWhereTheirSamplesVaryAndLosesNone) {
    BusyMemory memory{.slowdown = [](double ms) { return std::fmod(ms, 0.7) < 0.1 ? 2.0 : 1.0; },
                      .probes_follow = 0.0};
    const Samples samples = memory.sample(1);
    ASSERT_GE(samples.attempts.size(), 2u);
    EXPECT_TRUE(samples.diagnoses[0].is_valid()) << samples.diagnoses[0].says;
    for (std::size_t i = 1; i < samples.attempts.size(); ++i) {
        EXPECT_EQ(samples.attempts[i].turns, 2 * samples.attempts[i - 1].turns);
        EXPECT_GE(samples.attempts[i].samples, samples.attempts[i - 1].samples / 2);
    }
    EXPECT_NEAR(1000.0 * static_cast<double>(samples.calls[0]), samples.attempts.back().sample_nanoseconds, 5e4);
}

// Memory is an eleventh of what the kernels take, or a fifth.
TEST(MemoryEvidence, IsLookedForOnlyWhereAKernelWaitsForMemory) {
    for (const double share : {1.0 / 11.0, 1.0 / 5.0}) {
        BusyMemory memory{.slowdown = bursts, .kernels_follow = share};
        memory.memory_nanoseconds = share * 1000.0;
        const Samples samples = memory.sample(2);
        EXPECT_EQ(samples.memory.has_value(), share > 0.1);
        EXPECT_EQ(voided_for_memory(samples) > 0, share > 0.1);
    }
}

// Else the time of the samples would hold what the probes leave behind.
TEST(MemoryEvidence, TakesASmallShareOfTheTime) {
    SyntheticMachine machine;
    double probing = 0.0;
    const std::vector<Contestant> kernels{machine.kernel("a", 1000.0)};
    const SamplingOptions options{
        .seconds = 1.0,
        .shortest_sample = 50'000,
        .memory_probe = [&](std::size_t, std::size_t calls) { probing += 1000.0 * static_cast<double>(calls); },
        .now = machine.clock()};
    const Meter meter = [&, inner = machine.meter()](const Batch& batch, std::size_t first, std::size_t calls) {
        const double before = probing;
        const Measured measured = inner(batch, first, calls);
        return probing > before ? Measured{.nanoseconds = probing - before} : measured;
    };
    const Samples samples = sample(kernels, options, meter);
    EXPECT_GT(probing, 0.0);
    EXPECT_LT(1e-9 * probing, 0.05 * samples.seconds);
}

TEST(MemoryProbe, PassesOverItsMemoryFromPieceToPieceAndFromTheStartAgain) {
    MemoryProbe probe(3 * MemoryProbe::piece + 100);
    for (const double share_written : {0.0, 0.21, 1.0}) probe.passes(share_written)(2, 5);
    EXPECT_EQ(MemoryProbe::bytes_moved(0.0), 262144.0);
    EXPECT_EQ(MemoryProbe::bytes_moved(1.0), 524288.0);
    MemoryProbe(0).passes(1.0)(0, 2);
}

}  // namespace
}  // namespace brickproof::bench
