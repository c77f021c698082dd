#include "bench/run/layer_run.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/report/layer_report.hpp"

namespace brickproof::bench {
namespace {

using Bricks = std::vector<std::pair<std::string, brick::TokenBudget>>;
const Bricks bricks = {{"norm", brick::TokenBudget::microseconds(2.0)},
                       {"ffn", brick::TokenBudget::microseconds(5.0)}};

// A millisecond passes with each look at the clock.
std::function<double()> made_up_clock() {
    return [seconds = 0.0]() mutable { return seconds += 1e-3; };
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(TimeLayer, GivesEachBrickItsTimeFactorAndShare) {
    const TokenMeter token = [] { return TokenTimes{{1.0, 9.0}, Disturbance::none}; };
    const auto report = time_layer(bricks, token, {}, made_up_clock());
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->diagnosis.is_valid());
    EXPECT_GE(report->total.summary.count, least_samples);
    EXPECT_DOUBLE_EQ(report->bricks[0].factor(), 0.5);
    EXPECT_TRUE(report->bricks[0].meets_budget());
    EXPECT_DOUBLE_EQ(report->bricks[0].share, 0.1);
    EXPECT_DOUBLE_EQ(report->bricks[1].factor(), 1.8);
    EXPECT_FALSE(report->bricks[1].meets_budget());
    EXPECT_DOUBLE_EQ(report->total.budget, 7.0);
    EXPECT_DOUBLE_EQ(report->tokens_per_second(), 1e5);
}

TEST(TimeLayer, WarmsUpAndVoidsByTheEvidence) {
    std::size_t tokens = 0;
    const TokenMeter token = [&tokens] {
        ++tokens;
        if (tokens <= 10) return TokenTimes{{100.0, 900.0}, Disturbance::none};
        if (tokens % 5 == 0) return TokenTimes{{50.0, 900.0}, Disturbance::switched};
        return TokenTimes{{1.0, 9.0}, Disturbance::interrupt};  // a token is too long to do without these
    };
    const auto report = time_layer(bricks, token, {}, made_up_clock());
    ASSERT_TRUE(report);
    EXPECT_GT(report->voided.size(), least_samples / 5);
    EXPECT_EQ(report->voided.size(), report->disturbances[static_cast<std::size_t>(Disturbance::switched)]);
    EXPECT_EQ(report->warm_ups, 10u);
    EXPECT_GT(report->raw_variation(), 1.0);
    EXPECT_EQ(report->total.summary.most, 10.0);
}

TEST(TimeLayer, WarmsUpUntilTheTimeIsStationary) {
    std::size_t tokens = 0;
    const TokenMeter token = [&tokens] {
        ++tokens;
        return TokenTimes{{1.0, tokens <= 30 ? 100.0 - static_cast<double>(tokens) : 9.0}, Disturbance::none};
    };
    const auto report = time_layer(bricks, token, {}, made_up_clock());
    ASSERT_TRUE(report);
    EXPECT_GE(report->warm_ups, 35u);
    EXPECT_EQ(report->total.summary.most, 10.0);
}

TEST(TimeLayer, StoppedSaysWhatThereIs) {
    std::atomic<bool> stop = false;
    std::size_t tokens = 0;
    const TokenMeter token = [&] {
        stop = ++tokens == 50;
        return TokenTimes{{1.0, 9.0}, Disturbance::none};
    };
    const auto report = time_layer(bricks, token, {.stop = &stop}, made_up_clock());
    ASSERT_TRUE(report);
    EXPECT_EQ(report->samples.size(), 40u);
    EXPECT_EQ(report->diagnosis.kind, Diagnosis::Kind::too_few);
}

TEST(TimeLayer, IsInvalidWhereTokensVaryUntilTheTimeIsUp) {
    std::size_t tokens = 0;
    const TokenMeter token = [&tokens] { return TokenTimes{{1.0, ++tokens % 2 == 0 ? 9.0 : 30.0}}; };
    const auto report = time_layer(bricks, token, {.seconds = 0.3}, made_up_clock());
    ASSERT_TRUE(report);
    EXPECT_EQ(report->diagnosis.kind, Diagnosis::Kind::bimodal);
    EXPECT_GE(tokens, 250u);
    EXPECT_LE(tokens, 320u);
}

TEST(TimeLayer, SaysWhatTheMeterSays) {
    const TokenMeter token = []() -> Expected<TokenTimes> { return Problem{"the cache is full"}; };
    EXPECT_EQ(time_layer(bricks, token, {}, made_up_clock()).problem(), "the cache is full");
    const TokenMeter disturbed = [] { return TokenTimes{{1.0, 1.0}, Disturbance::stolen}; };
    EXPECT_TRUE(time_layer(bricks, disturbed, {.seconds = 0.1}, made_up_clock())
                    .problem()
                    .starts_with("no token was timed undisturbed"));
}

TEST(LayerReport, IsPrintedWithItsBottleneckAndWrittenAsJson) {
    const TokenMeter token = [] { return TokenTimes{{1.0, 9.0}}; };
    LayerReport report = *time_layer(bricks, token, {}, made_up_clock());
    report.bottleneck = "layer 0: ffn takes 9 us, budget 5 us (factor 1.8)";
    const std::string text = text_of(report);
    for (const char* part :
         {"norm", " 10.0%  met", " 90.0%  OVER BUDGET", "bottleneck: layer 0: ffn takes 9 us", "100000 tokens/s"})
        EXPECT_TRUE(holds(text, part)) << part << " in " << text;
    const nlohmann::json json = json_of(report);
    EXPECT_EQ(json["bricks"][1]["meets_budget"], false);
    EXPECT_EQ(json["state"], "valid");
    for (const char* figure : {"mean_us", "mean_interval", "standard_deviation_us", "cv", "median_us",
                               "median_interval", "mad_us", "p50_us", "p99_us", "budget_us", "meets_budget"})
        EXPECT_TRUE(json["total"].contains(figure)) << figure;
    for (const char* part : {"raw_cv", "samples_us", "voided_us", "disturbed", "machine", "tokens_per_second"})
        EXPECT_TRUE(json.contains(part)) << part;
    EXPECT_TRUE(holds(text, "1 of 2 bricks meet their budgets"));
}

}  // namespace
}  // namespace brickproof::bench
