#include "bench/bench_report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/sampler.hpp"

namespace brickproof::bench {
namespace {

Row measured_row() {
    Row row{.op = "q8_0.dot", .workload = "L1", .sizes = "n = 1024"};
    row.a = {.library = "mine",
             .variant = "avx2",
             .nanoseconds = 50.0,
             .interval = Interval{49.0, 51.0},
             .variation = 0.01,
             .calls = 1024};
    row.bytes = 2000;
    row.elements = 1000;
    row.samples = least_samples;
    return row;
}

Row compared_row() {
    Row row = measured_row();
    row.b = row.a;
    row.b->variant = "haswell";
    row.b->nanoseconds = 100.0;
    row.comparison = Comparison{2.0, {1.9, 2.1}, Verdict::faster};
    return row;
}

TEST(WhyInvalid, NamesTooFewSamplesAndTooMuchVariation) {
    Row row = compared_row();
    EXPECT_EQ(why_invalid(row), "");
    row.b->variation = 0.08;
    EXPECT_EQ(why_invalid(row), "samples of haswell vary by 8.0%, more than 5%");
    row.samples = 12;
    row.voided = 188;
    EXPECT_EQ(
        why_invalid(row),
        "12 undisturbed samples, 100 are needed; 188 batches were interrupted: give it an idle CPU, or real-time "
        "priority (chrt -f 1)");
}

TEST(TextRow, ShowsTimeBandwidthAndIntervalOfAKernelAlone) {
    const std::string text = text_row(measured_row());
    for (const char* part : {"q8_0.dot", "avx2", " 50.0 ", "[49.0, 51.0]", " 40.00 ", " 0.0500 ", "1.0%", "100, 0"})
        EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
}

TEST(TextRow, ShowsRatioIntervalAndVerdictOfAComparison) {
    const std::string text = text_row(compared_row());
    for (const char* part : {"avx2 : haswell", "2.000", "[1.900, 2.100]", "faster"})
        EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
}

TEST(TextRow, SaysWhyARowIsNotANumber) {
    Row row = compared_row();
    row.comparison.reset();
    row.samples = 0;
    row.state = Row::State::wrong;
    row.reason = "haswell: result[0] is 3, expected 4";
    EXPECT_NE(text_row(row).find("WRONG RESULT, not timed: haswell: result[0]"), std::string::npos)
        << text_row(row);
    row.state = Row::State::not_run;
    row.reason = "neon needs neon, which this CPU lacks";
    EXPECT_NE(text_row(row).find("NOT RUN: neon needs neon"), std::string::npos) << text_row(row);
}

TEST(TextRow, SaysThatAResultWasNotChecked) {
    Row row = measured_row();
    EXPECT_EQ(text_row(row).find("NOT CHECKED"), std::string::npos);
    row.unchecked = true;
    EXPECT_NE(text_row(row).find("NOT CHECKED"), std::string::npos);
}

TEST(Fails, ForTheSelectedKernelOnly) {
    Row row = compared_row();
    EXPECT_FALSE(row.fails());
    row.state = Row::State::wrong;
    EXPECT_TRUE(row.fails());
    row.by_peer = true;
    EXPECT_FALSE(row.fails());
    row.by_peer = false;
    row.state = Row::State::invalid;
    EXPECT_FALSE(row.fails());
}

TEST(Json, HoldsEveryRowWithItsState) {
    BenchReport report;
    report.version = "1.2.3";
    report.seed = 7;
    report.rows = {measured_row(), compared_row()};
    report.rows[0].state = Row::State::invalid;
    const nlohmann::json json = json_of(report);
    EXPECT_EQ(json["brickproof"], "1.2.3");
    EXPECT_EQ(json["seed"], 7);
    EXPECT_EQ(json["rows"][0]["state"], "invalid");
    EXPECT_EQ(json["rows"][0]["kernel"]["ns_per_call"], 50.0);
    EXPECT_EQ(json["rows"][1]["peer"]["variant"], "haswell");
    EXPECT_EQ(json["rows"][1]["comparison"]["interval"][1], 2.1);
    EXPECT_EQ(json["rows"][1]["comparison"]["verdict"], "faster");
}

}  // namespace
}  // namespace brickproof::bench
