// The vocabulary of bricks: budgets, assertions, verification, statistics.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "brick/benchmark_report.hpp"
#include "brick/compute_brick.hpp"
#include "brick/token_result.hpp"

namespace brick {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(TokenBudget, LatencyAndThroughputAreReciprocals) {
    EXPECT_EQ(TokenBudget().microseconds_per_token(), 100.0);
    EXPECT_EQ(TokenBudget::from_latency(50.0).value().tokens_per_second(), 20000.0);
    EXPECT_EQ(TokenBudget::from_throughput(20000.0, 4).value().microseconds_per_token(), 50.0);
    EXPECT_EQ(TokenBudget::from_throughput(20000.0, 4).value().batch_size(), 4u);
}

TEST(TokenBudget, IsMetUpToItselfAndNeverByNan) {
    constexpr TokenBudget budget = TokenBudget::microseconds(50.0);
    EXPECT_TRUE(budget.is_met(50.0));
    EXPECT_FALSE(budget.is_met(std::nextafter(50.0, 51.0)));
    EXPECT_FALSE(budget.is_met(nan));
    EXPECT_EQ(budget.gap_factor(75.0), 1.5);
    EXPECT_EQ((budget + TokenBudget::microseconds(10.0)).microseconds_per_token(), 60.0);
}

TEST(TokenBudget, RefusesWhatIsNoTime) {
    for (const double bad : {0.0, -1.0, nan, infinity, -infinity}) {
        EXPECT_EQ(TokenBudget::from_latency(bad).error().code, ErrorCode::bad_parameter) << bad;
        EXPECT_EQ(TokenBudget::from_throughput(bad).error().code, ErrorCode::bad_parameter) << bad;
    }
    EXPECT_EQ(TokenBudget::from_throughput(1e-308).error().code, ErrorCode::bad_parameter);
    EXPECT_EQ(TokenBudget::from_latency(1.0, 0).error().code, ErrorCode::zero_dimension);
    EXPECT_EQ(TokenBudget::from_latency(-1.0).error().message.view(),
              "TokenBudget::from_latency: microseconds per token is -1; it must be positive and finite");
}

TEST(TokenResult, MeasuresPerToken) {
    const auto result = make_token_result(7, 4, 100.0, TokenBudget::microseconds(20.0));
    EXPECT_EQ(result.microseconds_per_token, 25.0);
    EXPECT_EQ(result.tokens_per_second, 40000.0);
    EXPECT_FALSE(result.budget_met);
    EXPECT_EQ(require_budget("rms_norm", TokenBudget::microseconds(20.0), 25.0).error().message.view(),
              "rms_norm: took 25 microseconds a token; the budget is 20 (factor 1.25)");
    EXPECT_TRUE(require_budget("rms_norm", TokenBudget::microseconds(20.0), 20.0));
}

struct Sample {
    std::array<float, 4> output{1.0f, -2.0f, 0.5f, 0.0f};
    std::array<float, 4> reference = output;
    double microseconds = 10.0;

    AssertionOutcome judge(const BrickAssertion& assertion) const {
        return assertion.judge({output, reference, microseconds, TokenBudget::microseconds(10.0)});
    }
};

TEST(BrickAssertion, EquivalenceIsJudgedByTheLargestMagnitude) {
    Sample sample;
    const BrickAssertion assertion = BrickAssertion::equivalent_to_scalar(0.25);
    sample.output[3] = 0.5f;
    EXPECT_TRUE(sample.judge(assertion).holds);
    sample.output[3] = 0.51f;
    const AssertionOutcome outcome = sample.judge(assertion);
    EXPECT_FALSE(outcome.holds);
    EXPECT_EQ(outcome.message, "output 3 is 0.51, the scalar reference gives 0: more than 0.5 apart");
    sample.output[3] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_FALSE(sample.judge(assertion).holds);
}

TEST(BrickAssertion, NanInfBoundsAndBudgetAreJudged) {
    Sample sample;
    const BrickAssertion in_bounds = BrickAssertion::bounds(-2.0f, 1.0f);
    for (const auto& assertion :
         {BrickAssertion::no_nan(), BrickAssertion::no_inf(), in_bounds, BrickAssertion::budget_met()})
        EXPECT_TRUE(sample.judge(assertion).holds) << assertion.name();
    sample.output[1] = std::nextafter(-2.0f, -3.0f);
    EXPECT_FALSE(sample.judge(in_bounds).holds);
    sample.output[1] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_FALSE(sample.judge(in_bounds).holds);
    EXPECT_EQ(sample.judge(BrickAssertion::no_nan()).message, "output 1 is nan, expected no NaN");
    sample.output[1] = -std::numeric_limits<float>::infinity();
    EXPECT_EQ(sample.judge(BrickAssertion::no_inf()).message, "output 1 is -inf, expected no Inf");
    sample.microseconds = 10.5;
    EXPECT_EQ(sample.judge(BrickAssertion::budget_met()).message,
              "took 10.5 microseconds a token, expected at most 10");
}

TEST(BrickAssertion, ACustomCheckReallyRuns) {
    int runs = 0;
    const auto assertion = BrickAssertion::custom("first_is_one", [&](const Evidence& evidence) {
        ++runs;
        return evidence.output[0] == 1.0f ? std::string() : std::string("the first is not one");
    });
    ASSERT_TRUE(assertion);
    Sample sample;
    EXPECT_TRUE(sample.judge(*assertion).holds);
    sample.output[0] = 2.0f;
    EXPECT_EQ(sample.judge(*assertion).message, "the first is not one");
    EXPECT_EQ(runs, 2);
}

TEST(BrickAssertion, ACustomOneWithoutACheckIsNotMade) {
    EXPECT_EQ(BrickAssertion::custom("nothing", {}).error().code, ErrorCode::bad_parameter);
    EXPECT_EQ(BrickAssertion::custom("", [](const Evidence&) { return std::string(); }).error().code,
              ErrorCode::bad_parameter);
}

TEST(BrickTerms, NeedANameAndAnAssertion) {
    EXPECT_EQ(BrickTerms::make("norm", {}, {}).error().code, ErrorCode::bad_parameter);
    EXPECT_EQ(BrickTerms::make("", {}, {BrickAssertion::no_nan()}).error().code, ErrorCode::bad_parameter);
    EXPECT_EQ(BrickTerms::make("norm", {}, {BrickAssertion::no_nan()}).value().assertions().size(), 1u);
}

TEST(BrickVerification, IsValidOnlyIfAllHoldAndThereAreSome) {
    EXPECT_FALSE(BrickVerification().is_valid());
    EXPECT_FALSE(BrickVerification().require("norm"));
    Sample sample;
    const std::array assertions{BrickAssertion::no_nan(), BrickAssertion::no_inf()};
    const auto judged = [&] { return judge_all(assertions, {sample.output, sample.reference, 1.0, {}}); };
    EXPECT_TRUE(judged().is_valid());
    EXPECT_TRUE(judged().require("norm"));
    sample.output[2] = std::numeric_limits<float>::infinity();
    EXPECT_FALSE(judged().is_valid());
    EXPECT_EQ(judged().require("norm").error().message.view(), "norm: no_inf: output 2 is inf, expected no Inf");
}

TEST(BenchmarkReport, SummarizesByKnownFigures) {
    std::vector<double> samples;
    for (int i = 100; i >= 1; --i) samples.push_back(i);
    const auto report = summarize(samples, {}, TokenBudget::microseconds(50.0));
    ASSERT_TRUE(report);
    EXPECT_EQ(report->mean, 50.5);
    EXPECT_NEAR(report->standard_deviation, std::sqrt(100.0 * 101.0 / 12.0), 1e-12);
    EXPECT_EQ(report->p50, 50.0);
    EXPECT_EQ(report->p99, 99.0);
    EXPECT_EQ(report->tokens_per_second, 1e6 / 50.5);
    EXPECT_FALSE(report->budget_met);
    EXPECT_FALSE(report->is_valid);  // it varies by 57 %
    EXPECT_TRUE(report->describe("norm").starts_with("INVALID OVER BUDGET norm: mean 50.5 us"))
        << report->describe("norm");
}

TEST(BenchmarkReport, TooFewSamplesAreInvalid) {
    const std::vector<double> steady(99, 2.0);
    EXPECT_FALSE(summarize(steady, {}, {}).value().is_valid);
    EXPECT_TRUE(summarize(steady, {.warm_ups = 10, .samples = 99, .largest_variation = 0.05}, {}).value().is_valid);
    EXPECT_EQ(summarize({}, {}, {}).error().code, ErrorCode::zero_dimension);
    EXPECT_EQ(summarize(std::array{1.0, nan}, {}, {}).error().code, ErrorCode::not_finite);
}

TEST(BenchmarkReport, BenchmarkWarmsUpAndStopsAtAnError) {
    std::size_t runs = 0;
    const auto count = [&] {
        ++runs;
        return Result<void>();
    };
    EXPECT_EQ(benchmark(count, {}, {}).value().samples, 100u);
    EXPECT_EQ(runs, 110u);
    const auto fail = [] { return Result<void>(make_error(ErrorCode::not_finite, "x")); };
    EXPECT_EQ(benchmark(fail, {}, {}).error().code, ErrorCode::not_finite);
}

}  // namespace
}  // namespace brick
