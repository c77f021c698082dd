#include "bench/measure/diagnosis.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "bench/measure/statistics.hpp"
#include "engine/random.hpp"

namespace brickproof::bench {
namespace {

using Kind = Diagnosis::Kind;

// `count` samples near 100, each changed by `change`, which gets its number and the generator.
std::vector<double> series(std::size_t count, const std::function<double(std::size_t, Random&)>& change) {
    Random random(3);
    std::vector<double> samples;
    for (std::size_t i = 0; i < count; ++i)
        samples.push_back((100.0 + static_cast<double>(random.normal())) * change(i, random));
    return samples;
}

double unchanged(std::size_t, Random&) {
    return 1.0;
}

TEST(Diagnose, ASteadySeriesIsValid) {
    const Diagnosis diagnosis = diagnose(series(200, unchanged));
    EXPECT_TRUE(diagnosis.is_valid()) << diagnosis.says;
    EXPECT_EQ(diagnosis.says, "");
    EXPECT_TRUE(diagnose(std::vector<double>(100, 7.0)).is_valid());
}

TEST(Diagnose, TooFewSamplesAreNotValidHoweverSteady) {
    const Diagnosis diagnosis = diagnose(series(99, unchanged));
    EXPECT_EQ(diagnosis.kind, Kind::too_few);
    EXPECT_EQ(diagnosis.says, "99 undisturbed samples, 100 are needed");
    EXPECT_EQ(diagnose({}).kind, Kind::too_few);
}

TEST(Diagnose, ADriftIsOneEvenWhereTheVariationIsSmall) {
    const auto samples =
        series(300, [](std::size_t i, Random&) { return 1.0 + 0.10 * static_cast<double>(i) / 300.0; });
    ASSERT_LT(coefficient_of_variation(samples), largest_variation);
    const Diagnosis diagnosis = diagnose(samples);
    EXPECT_EQ(diagnosis.kind, Kind::drift);
    EXPECT_TRUE(diagnosis.says.starts_with("drift: the last third's median is +6.")) << diagnosis.says;
}

// 12% apart, mixed at random: a variation of 4.9% and a median that is the time of neither.
TEST(Diagnose, TwoModesAreOneKindOfInvalidEvenWhereTheVariationIsSmall) {
    const auto samples = series(400, [](std::size_t, Random& random) { return random.below(4) == 0 ? 1.12 : 1.0; });
    const Diagnosis diagnosis = diagnose(samples);
    EXPECT_EQ(diagnosis.kind, Kind::bimodal) << coefficient_of_variation(samples);
    EXPECT_NE(diagnosis.says.find("of the samples around one time"), std::string::npos);
    EXPECT_EQ(diagnose(series(400, [](std::size_t i, Random&) { return i % 2 == 0 ? 2.0 : 1.0; })).kind,
              Kind::bimodal);
}

TEST(Diagnose, AStepIsADriftAndNotTwoModes) {
    const Diagnosis diagnosis = diagnose(series(400, [](std::size_t i, Random&) { return i < 150 ? 1.2 : 1.0; }));
    EXPECT_EQ(diagnosis.kind, Kind::drift);
    EXPECT_TRUE(diagnosis.says.starts_with("drift: a step of -")) << diagnosis.says;
}

TEST(Diagnose, AnEvenSpreadIsNotTwoModes) {
    const auto samples =
        series(400, [](std::size_t, Random& random) { return 1.0 + 0.4 * static_cast<double>(random.unit()); });
    EXPECT_EQ(diagnose(samples).kind, Kind::spread);
}

TEST(Diagnose, OutliersAreCountedAndNamed) {
    const auto samples = series(200, [](std::size_t i, Random&) { return i % 50 == 7 ? 3.0 : 1.0; });
    const Diagnosis diagnosis = diagnose(samples);
    EXPECT_EQ(diagnosis.kind, Kind::outliers);
    EXPECT_NE(diagnosis.says.find("4 of 200 lie beyond 5 robust deviations, up to 3."), std::string::npos)
        << diagnosis.says;
}

TEST(Diagnose, FewSmallOutliersDoNotMatter) {
    EXPECT_TRUE(diagnose(series(200, [](std::size_t i, Random&) { return i % 50 == 7 ? 1.2 : 1.0; })).is_valid());
}

// Of normal series with a variation of 4.5%, which is within the limit, nearly all are valid; of 6%, none.
TEST(Diagnose, DecidesByTheVariationAtTheLimit) {
    Random random(9);
    const auto count_valid = [&random](double variation) {
        int valid = 0;
        for (int experiment = 0; experiment < 200; ++experiment) {
            std::vector<double> samples(200);
            for (double& sample : samples)
                sample = 100.0 * (1.0 + variation * static_cast<double>(random.normal()));
            valid += diagnose(samples).is_valid() ? 1 : 0;
        }
        return valid;
    };
    EXPECT_GE(count_valid(0.040), 190);
    EXPECT_LE(count_valid(0.060), 10);
}

}  // namespace
}  // namespace brickproof::bench
