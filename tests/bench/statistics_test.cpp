#include "bench/measure/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "engine/random.hpp"

namespace brickproof::bench {
namespace {

std::vector<double> one_to(std::size_t n) {
    std::vector<double> values(n);
    std::iota(values.rbegin(), values.rend(), 1.0);  // descending: the functions must sort
    return values;
}

// Times around `cost`, skewed upwards as times are.
std::vector<double> times_around(double cost, std::size_t n, Random& random) {
    std::vector<double> values(n);
    for (double& value : values) {
        const double noise = random.unit();
        value = cost * (1.0 + 0.05 * noise * noise);
    }
    return values;
}

TEST(Median, IsTheMiddleValueOrTheMeanOfTheTwoInTheMiddle) {
    EXPECT_EQ(median(std::vector{7.0}), 7.0);
    EXPECT_EQ(median(std::vector{9.0, 1.0, 5.0}), 5.0);
    EXPECT_EQ(median(std::vector{9.0, 1.0, 5.0, 2.0}), 3.5);
}

// Ranks for 95%: the tables of the sign test (Conover, table A3).
TEST(MedianInterval, HasTheRanksOfTheBinomialTables) {
    struct Known {
        std::size_t n;
        double low;
        double high;
    };
    for (const auto& [n, low, high] : {Known{6, 1, 6}, {10, 2, 9}, {20, 6, 15}, {50, 18, 33}, {100, 40, 61}}) {
        const auto interval = median_interval(one_to(n));
        ASSERT_TRUE(interval.has_value()) << n;
        EXPECT_EQ(interval->low, low) << n;
        EXPECT_EQ(interval->high, high) << n;
    }
}

TEST(MedianInterval, IsAbsentWhereTooFewValuesGiveNoConfidence) {
    EXPECT_FALSE(median_interval(one_to(5)).has_value());
    EXPECT_FALSE(median_interval(one_to(6), 0.99).has_value());
    EXPECT_TRUE(median_interval(one_to(8), 0.99).has_value());
}

// Coverage is at least 95%: of 2,000 experiments, no more than 100 misses are expected; 5 deviations above that is
// 149.
TEST(MedianInterval, CoversTheTrueMedianAsOftenAsItSays) {
    Random random(2);
    int misses = 0;
    for (int experiment = 0; experiment < 2000; ++experiment) {
        std::vector<double> values(100);
        for (double& value : values) value = random.unit();
        if (!median_interval(values)->contains(0.5)) ++misses;
    }
    EXPECT_LE(misses, 149);
    EXPECT_GE(misses, 20);  // an interval that never misses would be too wide
}

TEST(Quantile, IsTheNearestRank) {
    EXPECT_EQ(quantile(one_to(100), 0.99), 99.0);
    EXPECT_EQ(quantile(one_to(100), 0.50), 50.0);
    EXPECT_EQ(quantile(one_to(101), 0.99), 100.0);
    EXPECT_EQ(quantile(std::vector{7.0}, 0.0), 7.0);
    EXPECT_EQ(quantile(one_to(10), 1.0), 10.0);
}

TEST(MedianAbsoluteDeviation, IsTheMedianDistanceFromTheMedian) {
    EXPECT_EQ(median_absolute_deviation(std::vector{1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0}), 1.0);
    EXPECT_EQ(median_absolute_deviation(std::vector{5.0, 5.0, 5.0, 500.0}), 0.0);
}

TEST(StandardDeviation, DividesByOneLessThanTheirNumber) {
    EXPECT_DOUBLE_EQ(standard_deviation(std::vector{2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}),
                     std::sqrt(32.0 / 7.0));
    EXPECT_EQ(standard_deviation(std::vector{3.0}), 0.0);
}

// t quantiles for 97.5%: the usual tables have 12.706 for 1, 2.262 for 9 and 1.984 for 99 degrees of freedom.
TEST(MeanInterval, HasTheQuantilesOfTheTables) {
    struct Known {
        std::size_t n;
        double t;
    };
    for (const auto& [n, t] : {Known{2, 12.706}, {10, 2.262}, {100, 1.984}}) {
        const std::vector<double> values = one_to(n);
        const auto interval = mean_interval(values);
        ASSERT_TRUE(interval.has_value());
        const double error = standard_deviation(values) / std::sqrt(static_cast<double>(n));
        EXPECT_NEAR((interval->high - mean(values)) / error, t, 0.0006) << n;
        EXPECT_NEAR((mean(values) - interval->low) / error, t, 0.0006) << n;
    }
    EXPECT_FALSE(mean_interval(std::vector{1.0}).has_value());
}

// Of 2,000 experiments 100 misses are expected, give or take five deviations: 51 to 149.
TEST(MeanInterval, CoversTheTrueMeanAsOftenAsItSays) {
    Random random(9);
    int misses = 0;
    for (int experiment = 0; experiment < 2000; ++experiment) {
        std::vector<double> values(100);
        for (double& value : values) value = random.unit();
        if (!mean_interval(values)->contains(0.5)) ++misses;
    }
    EXPECT_LE(misses, 149);
    EXPECT_GE(misses, 51);
}

TEST(Summarize, HasEveryFigure) {
    const Summary summary = summarize(one_to(100));
    EXPECT_EQ(summary.count, 100u);
    EXPECT_DOUBLE_EQ(summary.mean, 50.5);
    EXPECT_EQ(summary.median, 50.5);
    EXPECT_EQ(summary.p50, 50.0);
    EXPECT_EQ(summary.p99, 99.0);
    EXPECT_EQ(summary.least, 1.0);
    EXPECT_EQ(summary.most, 100.0);
    EXPECT_EQ(summary.median_absolute_deviation, 25.0);
    EXPECT_DOUBLE_EQ(summary.variation, summary.standard_deviation / 50.5);
    EXPECT_EQ(summary.median_interval->low, 40.0);
    EXPECT_TRUE(summary.mean_interval->contains(50.5));
    EXPECT_EQ(summarize({}).count, 0u);
}

TEST(BootstrapRatioUnpaired, HoldsTheTruthAlsoForDifferentNumbersOfSamples) {
    Random random(8);
    const auto a = times_around(100.0, 150, random);
    const auto b = times_around(130.0, 400, random);
    const Interval interval = bootstrap_ratio_unpaired(a, b, 1);
    EXPECT_TRUE(interval.contains(1.3));
    EXPECT_LT(interval.high - interval.low, 0.02);
}

// What slows both sides of a pair widens the interval only where the pairs are not known.
TEST(BootstrapRatioUnpaired, IsWiderThanThatOfPairsWhereBothAreSlowedAlike) {
    Random random(10);
    std::vector<double> a(200), b(200);
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double slowed = 1.0 + static_cast<double>(random.unit());
        a[i] = 100.0 * slowed;
        b[i] = 110.0 * slowed;
    }
    const auto width = [](const Interval& interval) { return interval.high - interval.low; };
    EXPECT_GT(width(bootstrap_ratio_unpaired(a, b, 1)), 5.0 * width(bootstrap_ratio(a, b, 1)));
}

TEST(IsStationary, NeedsTenValuesAndTwoHalvesThatAgree) {
    std::vector<double> values(9, 10.0);
    EXPECT_FALSE(is_stationary(values));
    values.push_back(10.0);
    EXPECT_TRUE(is_stationary(values));
    values.insert(values.end(), 5, 10.3);
    EXPECT_FALSE(is_stationary(values));
}

TEST(CoefficientOfVariation, IsDeviationOverMean) {
    EXPECT_DOUBLE_EQ(coefficient_of_variation(std::vector{1.0, 2.0, 3.0}), 0.5);
    EXPECT_EQ(coefficient_of_variation(std::vector{4.0, 4.0, 4.0}), 0.0);
    EXPECT_EQ(coefficient_of_variation(std::vector{4.0}), 0.0);
}

TEST(BootstrapRatio, IsExactWhereEverySampleIsTwiceAsLong) {
    Random random(3);
    const std::vector<double> a = times_around(100.0, 150, random);
    std::vector<double> b = a;
    for (double& value : b) value *= 2.0;
    const Interval interval = bootstrap_ratio(a, b, 1);
    EXPECT_EQ(interval.low, 2.0);
    EXPECT_EQ(interval.high, 2.0);
    EXPECT_EQ(verdict_of(interval), Verdict::faster);
    EXPECT_EQ(verdict_of(bootstrap_ratio(b, a, 1)), Verdict::slower);
}

TEST(BootstrapRatio, HoldsTheTruthBetweenItsEndsAndIsNarrow) {
    Random random(4);
    const auto a = times_around(100.0, 200, random);
    const auto b = times_around(130.0, 200, random);
    const Interval interval = bootstrap_ratio(a, b, 1);
    EXPECT_TRUE(interval.contains(1.3));
    EXPECT_LT(interval.high - interval.low, 0.02);
    EXPECT_TRUE(interval.contains(ratio_of_medians(a, b)));
}

TEST(BootstrapRatio, OfOneDistributionContainsOneAsOftenAsItSays) {
    Random random(5);
    int misses = 0;
    for (int experiment = 0; experiment < 200; ++experiment) {
        const auto a = times_around(100.0, 100, random);
        const auto b = times_around(100.0, 100, random);
        if (verdict_of(bootstrap_ratio(a, b, 1, confidence, 400)) != Verdict::cannot_tell) ++misses;
    }
    EXPECT_LE(misses, 25);  // 10 are expected; 5 deviations above that
}

// Each sample is half the one before and half new, as where something comes and goes: of 200 experiments 10 misses
// are expected. Drawn one by one, 40 are seen.
TEST(BootstrapRatio, ContainsOneNearlyAsOftenAsItSaysWhereNeighboursAreAlike) {
    Random random(11);
    const auto alike = [&random] {
        std::vector<double> values(400);
        double state = 0.0;
        for (double& value : values) {
            state = 0.5 * state + 0.866 * static_cast<double>(random.normal());
            value = 100.0 + state;
        }
        return values;
    };
    int misses = 0;
    for (int experiment = 0; experiment < 200; ++experiment) {
        const auto a = alike();
        const auto b = alike();
        if (verdict_of(bootstrap_ratio(a, b, 1, confidence, 200)) != Verdict::cannot_tell) ++misses;
    }
    EXPECT_LE(misses, 25);
}

TEST(SerialCorrelation, IsThatOfEachValueWithTheNext) {
    EXPECT_NEAR(serial_correlation(one_to(1000)), 1.0, 0.01);
    std::vector<double> alternating(1000, 1.0);
    for (std::size_t i = 0; i < alternating.size(); i += 2) alternating[i] = 2.0;
    EXPECT_NEAR(serial_correlation(alternating), -1.0, 0.01);
    Random random(12);
    EXPECT_NEAR(serial_correlation(times_around(100.0, 1000, random)), 0.0, 0.1);
    EXPECT_EQ(serial_correlation(std::vector{4.0, 4.0}), 0.0);
    EXPECT_EQ(serial_correlation(std::vector{4.0}), 0.0);
}

TEST(BootstrapRatio, IsTheSameForTheSameSeed) {
    Random random(6);
    const auto a = times_around(100.0, 100, random);
    const auto b = times_around(101.0, 100, random);
    EXPECT_EQ(bootstrap_ratio(a, b, 7).low, bootstrap_ratio(a, b, 7).low);
    EXPECT_EQ(bootstrap_ratio(a, b, 7).high, bootstrap_ratio(a, b, 7).high);
}

TEST(VerdictOf, CannotTellWhereTheIntervalTouchesOne) {
    EXPECT_EQ(verdict_of({1.0, 1.2}), Verdict::cannot_tell);
    EXPECT_EQ(verdict_of({0.9, 1.1}), Verdict::cannot_tell);
    EXPECT_EQ(verdict_of({1.01, 1.1}), Verdict::faster);
    EXPECT_EQ(verdict_of({0.8, 0.99}), Verdict::slower);
}

}  // namespace
}  // namespace brickproof::bench
