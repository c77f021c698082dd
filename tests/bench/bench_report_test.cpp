#include "bench/report/bench_report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/report/data_report.hpp"
#include "made_up_rows.hpp"

namespace brickproof::bench {
namespace {

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string text_of(const Row& row, std::string against = {}) {
    BenchReport report = report_of({});
    report.against = std::move(against);
    return text_row(report, row);
}

std::vector<Diagnosis> valid_diagnoses() {
    return {Diagnosis{}, Diagnosis{}};
}

TEST(WhyInvalid, SaysWhoseSamplesAndWhatWasSeen) {
    const Row row = compared_row();
    EXPECT_EQ(why_invalid(row, valid_diagnoses(), {4.0, 4.0}), "");
    EXPECT_EQ(why_invalid(row, {{}, {Diagnosis::Kind::spread, "samples vary by 8.0%, more than 5%"}}, {4.0, 4.0}),
              "haswell: samples vary by 8.0%, more than 5%");
}

TEST(WhyInvalid, NamesAClockRateThatChanged) {
    const Diagnosis drift{Diagnosis::Kind::drift, "drift: the last third's median is +20.0% from the first's"};
    EXPECT_EQ(why_invalid(measured_row(), {drift}, {4.0, 3.2}),
              "avx2: the core's clock went from 4.00 to 3.20 GHz; " + drift.says);
    EXPECT_EQ(why_invalid(measured_row(), {drift}, {4.0, 3.9}), "avx2: " + drift.says);
}

TEST(WhyInvalid, CountsTheEvidenceWhereSamplesAreTooFew) {
    Row row = measured_row();
    row.seconds = 2.0;
    row.disturbances = {12, 30, 1, 188, 0};
    EXPECT_EQ(why_invalid(row, {{Diagnosis::Kind::too_few, "12 undisturbed samples, 100 are needed"}}, {4.0, 4.0}),
              "12 undisturbed samples, 100 are needed in 2.0 s; of the voided, another thread had the CPU in 188, "
              "time was stolen in 1, 30 were interrupted: give it an idle CPU, or more --seconds-per-row");
}

TEST(WhyInvalid, NamesBusyMemoryWhereSamplesAreTooFewForIt) {
    Row row = measured_row();
    row.seconds = 2.0;
    row.disturbances = {112, 0, 0, 0, 88};
    const std::string reason = why_invalid(row, {{Diagnosis::Kind::too_few, "12 undisturbed samples"}}, {4.0, 4.0});
    EXPECT_NE(reason.find("0 were interrupted, memory was another in 88: "), std::string::npos) << reason;
}

TEST(WhyInvalid, SaysHowLongACallTakesWhereNothingElseKeptItFromAHundred) {
    Row row = measured_row();
    row.a = timed("mine", "scalar", std::vector<double>(40, 23e6), {}, 1);
    row.seconds = 2.0;
    EXPECT_EQ(why_invalid(row, {{Diagnosis::Kind::too_few, "40 undisturbed samples, 100 are needed"}}, {4.0, 4.0}),
              "40 undisturbed samples, 100 are needed in 2.0 s, a call takes 23.0 ms: give it more "
              "--seconds-per-row");
    row.disturbances = {40, 3, 0, 0, 0};
    EXPECT_TRUE(why_invalid(row, {{Diagnosis::Kind::too_few, "40 samples"}}, {4.0, 4.0})
                    .starts_with("40 samples in 2.0 s, a call takes 23.0 ms; of the voided, "));
}

TEST(WhyInvalid, NamesBusyMemoryOnlyWhereItsProbesVaryToo) {
    Row row = measured_row();
    row.memory = MemoryRate{.quiet = 40.0, .counted = std::vector<double>(90, 40.0), .varies = false};
    const Diagnosis spread{Diagnosis::Kind::spread, "samples vary by 8.0%, more than 5%"};
    EXPECT_EQ(why_invalid(row, {spread}, {4.0, 4.0}), "avx2: " + spread.says);
    row.memory->voided = std::vector<double>(30, 25.0);
    row.memory->varies = true;
    EXPECT_EQ(why_invalid(row, {spread}, {4.0, 4.0}),
              "memory busy, a probe beside it got 25.0 to 40.0 GB/s in four rounds of five; avx2: " + spread.says);
}

TEST(Json, HasTheMemoryProbesOfWhatCountsAndOfWhatDoesNot) {
    Row row = measured_row();
    row.memory = MemoryRate{.quiet = 40.0, .counted = {39.0, 40.5}, .voided = {25.0}};
    row.disturbances = {300, 0, 0, 0, 1};
    const nlohmann::json json = json_of(report_of({row}))["rows"][0];
    EXPECT_EQ(json["memory_probe"]["quiet_gb_per_s"], 40.0);
    EXPECT_EQ(json["memory_probe"]["samples_gb_per_s"], (std::vector<double>{39.0, 40.5}));
    EXPECT_EQ(json["memory_probe"]["voided_gb_per_s"], std::vector<double>{25.0});
    EXPECT_EQ(json["disturbed"]["memory"], 1);
    EXPECT_FALSE(json_of(report_of({measured_row()}))["rows"][0].contains("memory_probe"));
}

TEST(Timed, HasTheRawVariationBesideThatOfWhatCounts) {
    const Timing timing = timed("mine", "avx2", std::vector<double>(100, 50.0), {100.0}, 8);
    EXPECT_EQ(timing.summary.variation, 0.0);
    EXPECT_NEAR(timing.raw_variation, 0.0985, 1e-4);
    EXPECT_EQ(timing.summary.count, 100u);
}

TEST(TextRow, ShowsTimeIntervalVariationsAndShareOfTheLimit) {
    const std::string text = text_of(measured_row());
    for (const char* part : {"q8_0.dot", "avx2", " 50.", " 200 ", "%, 2 ", " 40.0", " 5.00 ", "0.50 of L1 read"})
        EXPECT_TRUE(holds(text, part)) << part << " in " << text;
}

TEST(TextRow, ShowsRatioIntervalAndVerdictOfAComparison) {
    const std::string text = text_of(compared_row(), "libtheirs.so");
    for (const char* part : {"avx2 : haswell", " 2.00", "[1.99", "faster"})
        EXPECT_TRUE(holds(text, part)) << part << " in " << text;
}

TEST(TextRow, SaysThatTheBaselineHasNoSuchRow) {
    EXPECT_TRUE(holds(text_of(measured_row(), "old.json"), "no VALID row of it in old.json"));
}

TEST(TextRow, SaysWhyARowIsNotANumber) {
    Row row = compared_row();
    row.comparison.reset();
    row.a.summary = {};
    row.state = Row::State::wrong;
    row.reason = "haswell: result[0] is 3, expected 4";
    EXPECT_TRUE(holds(text_of(row), "WRONG RESULT, not timed: haswell: result[0]")) << text_of(row);
    EXPECT_TRUE(holds(text_of(row_that_was_not_run()), "NOT RUN: neon needs neon"));
}

TEST(TextRow, SaysThatAResultWasNotCheckedAndWhereTheWorkingSetLies) {
    Row row = measured_row();
    EXPECT_FALSE(holds(text_of(row), "NOT CHECKED"));
    EXPECT_FALSE(holds(text_of(row), "lie in"));
    row.unchecked = true;
    row.level = Level::l2;
    row.working_set = 192 << 10;
    EXPECT_TRUE(holds(text_of(row), "NOT CHECKED"));
    EXPECT_TRUE(holds(text_of(row), "its 192 KiB lie in L2 here"));
}

TEST(Gate, HoldsValidRowsToTheShareAndCountsTheOthers) {
    Row slower = compared_row();
    slower.comparison = Comparison{0.90, {0.89, 0.91}, Verdict::slower};
    Row invalid = slower;
    invalid.state = Row::State::invalid;
    Row within = slower;
    within.comparison = Comparison{0.97, {0.96, 0.98}, Verdict::slower};
    Row holding = invalid;
    holding.comparison->holds = true;
    const BenchReport report =
        report_of({slower, invalid, within, compared_row(), measured_row(), row_that_was_not_run(), holding});
    const Gate gate = gate_of(report, 0.05);
    EXPECT_EQ(gate.slower, (std::vector<const Row*>{&report.rows[0], &report.rows[6]}));
    EXPECT_EQ(gate.compared(), 5u);
    EXPECT_EQ(text_of(gate),
              "SLOWER by more than 5%: q8_0.dot, L1, 1,000 values, avx2 : haswell: B/A is 0.900, [0.890, 0.910]\n"
              "SLOWER by more than 5%: q8_0.dot, L1, 1,000 values, avx2 : haswell: B/A is 0.900, [0.890, 0.910]\n"
              "slower by more than 5%: 2 of 4 rows that are VALID or whose ratio holds; 1 INVALID, which show "
              "nothing; 1 with nothing to be compared with\n");
    EXPECT_EQ(gate_of(report_of({measured_row()}), 0.05).compared(), 0u);
}

TEST(Gate, CountsARowOfTooFewSamplesBesideAPeerAsInvalid) {
    Row row = compared_row();
    row.comparison.reset();
    row.state = Row::State::invalid;
    EXPECT_EQ(gate_of(report_of({row}), 0.05).compared(), 1u);
}

TEST(TextFoot, SaysWhereThePeerIsOfAnotherTime) {
    BenchReport report = report_of({compared_row()});
    report.against = "old.json";
    EXPECT_FALSE(holds(text_foot(report), "another time"));
    report.rows[0].comparison->side_by_side = false;
    EXPECT_TRUE(holds(text_foot(report), "B is of old.json, of another time"));
}

TEST(TextHead, DescribesTheMachineAndWarnsOfAnother) {
    BenchReport report = report_of({});
    for (const char* part : {"Some CPU", "governor performance", "turbo off", "L1d 48 KiB", "L1 200, 100, 250, 300",
                             "64 float32 multiply-adds", "interrupts do not show here"})
        EXPECT_TRUE(holds(text_head(report), part)) << part << " in " << text_head(report);
    report.against = "old.json";
    report.not_comparable = "CPU: A there, B here";
    EXPECT_TRUE(holds(text_head(report), "WARNING: old.json is of another machine"));
}

TEST(SelfTest, CountsWhatIsValidAndHowNearTheRatiosAre) {
    Row near = compared_row();
    near.comparison = Comparison{1.01, {0.99, 1.03}, Verdict::cannot_tell};
    Row far = near;
    far.comparison = Comparison{0.96, {0.95, 0.97}, Verdict::slower};
    far.state = Row::State::invalid;
    near.comparison->holds = true;
    const std::string text = self_test_text(report_of({near, far, row_that_was_not_run()}));
    EXPECT_TRUE(holds(text, "1 of 2 rows valid")) << text;
    EXPECT_TRUE(holds(text, "1 of 2 ratios within 2% of 1; the farthest is 4.00% off")) << text;
    EXPECT_TRUE(holds(text, "1 of 2 ratios hold: their pairs vary by 5% or less")) << text;
    EXPECT_TRUE(holds(text, "1 of 2 intervals leave out 1")) << text;
}

TEST(Json, HoldsEverySampleAndTheVoidedOnes) {
    const nlohmann::json json = json_of(report_of({compared_row(), row_that_was_not_run()}));
    const nlohmann::json& row = json["rows"][0];
    EXPECT_EQ(row["kernel"]["samples_ns"].size(), 200u);
    EXPECT_EQ(row["kernel"]["voided_ns"], nlohmann::json({500.0, 700.0}));
    EXPECT_EQ(row["state"], "valid");
    EXPECT_NEAR(row["comparison"]["ratio"].get<double>(), 2.0, 0.01);
    EXPECT_EQ(row["limit"]["name"], "L1 read");
    EXPECT_EQ(json["rows"][1]["state"], "not run");
    EXPECT_FALSE(json["rows"][1]["kernel"].contains("samples_ns"));
    EXPECT_EQ(json["machine"]["governor"], "performance");
}

TEST(Csv, HasALineARowWithAsManyFields) {
    const std::string text = csv_of(report_of({compared_row(), row_that_was_not_run()}));
    EXPECT_EQ(std::ranges::count(text, '\n'), 3);
    // Every comma outside of quotes ends a field.
    std::vector<int> commas{0};
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (c == ',' && !quoted) ++commas.back();
        if (c == '\n') commas.push_back(0);
    }
    EXPECT_EQ(commas[0], commas[1]);
    EXPECT_EQ(commas[0], commas[2]);
    EXPECT_TRUE(holds(text, "\"L1, 1,000 values\""));
}

}  // namespace
}  // namespace brickproof::bench
