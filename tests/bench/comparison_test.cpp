#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench/report/bench_report.hpp"
#include "bench/report/data_report.hpp"
#include "bench/run/baseline_file.hpp"
#include "made_up_rows.hpp"

namespace brickproof::bench {
namespace {

TEST(IsSlowerBy, NeedsTheWholeIntervalBeyondTheShare) {
    const auto with = [](double low, double high) { return Comparison{(low + high) / 2.0, {low, high}}; };
    EXPECT_FALSE(with(0.97, 1.02).is_slower_by(0.05));
    EXPECT_FALSE(with(0.90, 0.96).is_slower_by(0.05));  // 1 / 1.05 = 0.952 is within
    EXPECT_TRUE(with(0.90, 0.95).is_slower_by(0.05));
    EXPECT_FALSE(with(1.50, 1.60).is_slower_by(0.05));
    EXPECT_TRUE(with(0.90, 0.95).is_slower_by(0.0));
}

// Both times wander by a third, together; by turns; or only one of them drifts.
TEST(ComparePairs, HoldsWhereThePairsDoHoweverTheTimesVary) {
    Random random(5);
    std::vector<double> a, b, by_itself, drifting;
    for (std::size_t i = 0; i < 200; ++i) {
        const double busy = 1.0 + 0.3 * static_cast<double>(random.unit());
        const double noise = 1.0 + 0.01 * static_cast<double>(random.normal());
        a.push_back(100.0 * busy);
        b.push_back(200.0 * busy * noise);
        by_itself.push_back(200.0 * (1.0 + 0.3 * static_cast<double>(random.unit())));
        drifting.push_back(b.back() * (1.0 + 0.001 * static_cast<double>(i)));
    }
    const Comparison together = compare_pairs(a, b, 1);
    EXPECT_FALSE(diagnose(a).is_valid());
    EXPECT_TRUE(together.holds);
    EXPECT_NEAR(together.variation, 0.01, 0.003);
    EXPECT_NEAR(together.ratio, 2.0, 0.02);
    EXPECT_TRUE(together.interval.contains(together.ratio));
    EXPECT_EQ(together.verdict, Verdict::faster);
    EXPECT_FALSE(compare_pairs(a, by_itself, 1).holds);
    EXPECT_FALSE(compare_pairs(a, drifting, 1).holds);
    const std::span<const double> few(a);
    EXPECT_FALSE(compare_pairs(few.first(99), few.first(99), 1).holds);
}

TEST(TextRow, SaysThatTheRatioOfAnInvalidRowHolds) {
    Row row = compared_row();
    row.comparison->holds = true;
    row.comparison->variation = 0.021;
    EXPECT_EQ(remark_of(row).find("the ratio holds"), std::string::npos);
    row.state = Row::State::invalid;
    row.reason = "avx2: samples vary by 8.0%, more than 5%";
    EXPECT_TRUE(remark_of(row).ends_with(row.reason + "; the ratio holds, its pairs vary by 2.1%"))
        << remark_of(row);
    row.comparison->holds = false;
    EXPECT_EQ(remark_of(row).find("the ratio holds"), std::string::npos);
}

TEST(Baseline, IsTheReportOfAnEarlierRun) {
    const BenchReport report = report_of({measured_row(), row_that_was_not_run()});
    const auto baseline = parse_baseline("old.json", json_of(report).dump());
    ASSERT_TRUE(baseline) << baseline.problem();
    EXPECT_EQ(why_not_comparable(baseline->machine, report.machine), "");
    ASSERT_EQ(baseline->rows.size(), 1u);
    const BaselineRow* found = baseline->find(measured_row());
    ASSERT_NE(found, nullptr);
    EXPECT_TRUE(found->valid);
    ASSERT_EQ(found->timing.samples.size(), 200u);
    for (std::size_t i = 0; i < 200; ++i)
        EXPECT_NEAR(found->timing.samples[i], measured_row().a.samples[i], 1e-4 * measured_row().a.samples[i]);
    EXPECT_EQ(found->timing.voided, measured_row().a.voided);
}

TEST(Baseline, HasNoRowOfAnotherOpWorkloadSizeOrVariant) {
    const auto baseline = parse_baseline("old.json", json_of(report_of({measured_row()})).dump());
    Row row = measured_row();
    EXPECT_NE(baseline->find(row), nullptr);
    for (std::string* changed : {&row.op, &row.workload, &row.sizes, &row.a.variant}) {
        const std::string before = *changed;
        *changed = "another";
        EXPECT_EQ(baseline->find(row), nullptr) << before;
        *changed = before;
    }
}

TEST(Baseline, AnInvalidRowIsNoneToCompareWith) {
    Row row = measured_row();
    row.state = Row::State::invalid;
    const auto baseline = parse_baseline("old.json", json_of(report_of({row})).dump());
    ASSERT_EQ(baseline->rows.size(), 1u);
    EXPECT_EQ(baseline->find(row), nullptr);
}

TEST(Baseline, SaysWhatIsWrongWithAFile) {
    EXPECT_TRUE(parse_baseline("x", "{").problem().starts_with("x is no report as bench --json writes it: "));
    EXPECT_TRUE(parse_baseline("x", "{}").problem().starts_with("x is no report as bench --json writes it: "));
    const BenchReport nothing = report_of({row_that_was_not_run()});
    EXPECT_EQ(parse_baseline("x", json_of(nothing).dump()).problem(), "x holds no row that was measured");
    EXPECT_FALSE(read_baseline("/nowhere/at/all.json"));
}

TEST(Baseline, SaysWhichSampleIsNoTime) {
    for (const double bad : {0.0, -1.0, 1e308}) {
        nlohmann::json json = json_of(report_of({measured_row()}));
        json["rows"][0]["kernel"]["samples_ns"][3] = bad;
        EXPECT_TRUE(parse_baseline("x", json.dump())
                        .problem()
                        .starts_with("x is no report as bench --json writes it: sample 3 of q8_0.dot, L1, 1,000 "
                                     "values, avx2 is "))
            << bad;
    }
}

TEST(Baseline, ARowWithFewSamplesIsNoneToCompareWith) {
    for (const std::size_t count : {std::size_t{0}, least_samples - 1, least_samples}) {
        nlohmann::json json = json_of(report_of({measured_row()}));
        json["rows"][0]["kernel"]["samples_ns"] = std::vector<double>(count, 50.0);
        const auto baseline = parse_baseline("x", json.dump());
        ASSERT_TRUE(baseline) << baseline.problem();
        EXPECT_EQ(baseline->find(measured_row()) != nullptr, count == least_samples) << count;
    }
}

TEST(Baseline, SaysWhatIsMissingInWordsAlone) {
    EXPECT_EQ(parse_baseline("x", "{}").problem(),
              "x is no report as bench --json writes it: key 'machine' not found");
}

TEST(Baseline, IsToldFromAPlugInByItsFirstCharacterOrItsName) {
    const auto file = std::filesystem::path(testing::TempDir()) / ("baseline_" + std::to_string(getpid()));
    std::ofstream(file) << "\n {\"rows\": []}";
    EXPECT_TRUE(is_baseline_file(file.string()));
    std::ofstream(file) << "\177ELF";
    EXPECT_FALSE(is_baseline_file(file.string()));
    std::filesystem::remove(file);
    EXPECT_FALSE(is_baseline_file(file.string()));
    EXPECT_TRUE(is_baseline_file("/nowhere/at/all.json"));  // which is then missed under this name
}

}  // namespace
}  // namespace brickproof::bench
