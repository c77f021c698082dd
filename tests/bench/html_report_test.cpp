#include "bench/report/html_report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "bench/report/svg_charts.hpp"
#include "made_up_rows.hpp"

namespace brickproof::bench {
namespace {

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// Every tag that is opened is closed, in the right order: what a browser would otherwise mend in its own way.
std::string first_wrong_tag(const std::string& html) {
    std::vector<std::string> open;
    for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
        const std::size_t end = html.find('>', at);
        const std::string tag = html.substr(at + 1, end - at - 1);
        const std::string name = tag.substr(0, tag.find(' '));
        if (name == "!doctype" || name == "meta" || tag.ends_with('/')) continue;
        if (!name.starts_with('/'))
            open.push_back(name);
        else if (open.empty() || "/" + open.back() != name)
            return tag;
        else
            open.pop_back();
    }
    return open.empty() ? "" : open.back();
}

BenchReport report_with_everything() {
    Row dram = measured_row();
    dram.level = Level::dram;
    dram.workload = "DRAM";
    dram.work.multiply_adds = 1000;
    dram.state = Row::State::invalid;
    dram.reason = "avx2: samples vary by 8%, more than <5%>";
    BenchReport report = report_of({compared_row(), dram, row_that_was_not_run()});
    report.rows[0].work.int8_multiply_adds = 1000;
    report.against = "libtheirs.so";
    return report;
}

TEST(Html, IsWellFormedAndNeedsNothingElse) {
    const std::string html = html_of(report_with_everything());
    EXPECT_EQ(first_wrong_tag(html), "");
    for (const char* outside : {"http:", "https:", "<script", "<link", "src=", "url(", "@import"})
        EXPECT_FALSE(holds(html, outside)) << outside;
}

TEST(Html, ShowsRatiosRooflineDistributionsAndWhatIsWrong) {
    const std::string html = html_of(report_with_everything());
    for (const char* part : {"<h2>Ratios</h2>", "<h2>Roofline</h2>", "class=\"distribution\"", "DRAM read 20 GB/s",
                             "256 billion int8 multiply-adds", "more than &lt;5%&gt;", "NOT RUN: neon needs neon",
                             "prefers-color-scheme:dark", "2 voided", "q8_0.dot avx2, L1, 1,000 values"})
        EXPECT_TRUE(holds(html, part)) << part;
}

// A picture that is pasted somewhere has nothing to point at.
TEST(Html, NamesThePeerBesideEachRatioAndInTheTable) {
    const std::string html = html_of(report_with_everything());
    EXPECT_TRUE(holds(html, "q8_0.dot avx2 : haswell, L1, 1,000 values"));
    EXPECT_TRUE(holds(html, "<th>B/A</th>"));
    EXPECT_TRUE(holds(html, "<td data-name=\"B\">")) << html;
    EXPECT_TRUE(holds(html, "<small>haswell</small>"));
    EXPECT_FALSE(holds(html_of(report_of({measured_row()})), "<th>B/A</th>"));
}

TEST(Html, SaysThatABaselineIsOfAnotherTime) {
    BenchReport report = report_with_everything();
    EXPECT_FALSE(holds(html_of(report), "B was measured at another time"));
    report.rows[0].comparison->side_by_side = false;
    EXPECT_TRUE(holds(html_of(report), "B was measured at another time"));
}

TEST(Html, HasTheMeasuredLimitsAsATable) {
    const std::string html = html_of(report_with_everything());
    EXPECT_TRUE(holds(html, "<td class=\"text\">DRAM</td><td>20</td><td>10</td><td>16</td><td>24</td>"));
    EXPECT_TRUE(holds(html, "64 float32 multiply-adds, 256 int8 multiply-adds, 8.0 divisions, 4.0 square roots"));
}

TEST(Shares, HaveAMarkForEachRowWithALimitAlsoWithoutArithmetic) {
    Row conversion = measured_row();
    conversion.op = "f16.to_f32";
    const std::string chart = shares_chart(std::vector<Row>{conversion, conversion, measured_row()});
    EXPECT_TRUE(holds(chart, "<span class=\"what\">f16.to_f32 avx2</span>"));
    EXPECT_TRUE(holds(chart, "<span class=\"what\">q8_0.dot avx2</span>"));
    std::size_t marks = 0;
    for (std::size_t at = chart.find("% of L1 read"); at != std::string::npos;
         at = chart.find("% of L1 read", at + 1))
        ++marks;
    EXPECT_EQ(marks, 3u);
    EXPECT_EQ(shares_chart(std::vector<Row>{row_that_was_not_run()}), "");
}

// Names of ops with nearly the same arithmetic a byte.
TEST(Roofline, NamesEachOpInALaneWhereNoneTouchesAnother) {
    std::vector<Row> rows;
    for (const char* op : {"q8_0.quantize", "q8_0f.quantize", "q8_0f.dequantize", "rms_norm"}) {
        rows.push_back(measured_row());
        rows.back().op = op;
        rows.back().work.multiply_adds = 400.0 + 10.0 * static_cast<double>(rows.size());
    }
    const std::string svg = roofline_svg(report_of(rows));
    std::vector<std::string> heights;
    for (const Row& row : rows) {
        const std::size_t end = svg.find(">" + row.op + "</text>");
        ASSERT_NE(end, std::string::npos) << row.op;
        const std::size_t begin = svg.rfind("y=\"", end);
        heights.push_back(svg.substr(begin, svg.find('"', begin + 3) - begin));
    }
    std::ranges::sort(heights);
    EXPECT_EQ(std::ranges::adjacent_find(heights), heights.end()) << "two names on one line, a few pixels apart";
}

TEST(Html, DrawsLevelsOfOneBandwidthAsOneLine) {
    BenchReport report = report_with_everything();
    report.limits.bandwidth = {Bandwidth{200.0, 1.0, 1.0, 1.0}, Bandwidth{200.0, 1.0, 1.0, 1.0},
                               Bandwidth{199.0, 1.0, 1.0, 1.0}, Bandwidth{20.0, 1.0, 1.0, 1.0}};
    const std::string html = html_of(report);
    EXPECT_TRUE(holds(html, "L1, L2, L3 read 200 GB/s"));
    EXPECT_TRUE(holds(html, "DRAM read 20 GB/s"));
    EXPECT_FALSE(holds(html, "L2 read 200"));
}

TEST(Html, HasNoRatiosWhereNothingWasCompared) {
    EXPECT_FALSE(holds(html_of(report_of({measured_row()})), "<h2>Ratios</h2>"));
}

TEST(Html, DrawsAReportWithoutLimits) {
    BenchReport report = report_with_everything();
    report.limits = {};
    EXPECT_EQ(first_wrong_tag(html_of(report)), "");
    EXPECT_FALSE(holds(html_of(report), "nan"));
    EXPECT_FALSE(holds(html_of(report), "inf"));
}

TEST(Html, DrawsAReportWithoutRows) {
    const std::string html = html_of(report_of({}));
    EXPECT_EQ(first_wrong_tag(html), "");
    EXPECT_FALSE(holds(html, "nan"));
    EXPECT_FALSE(holds(html, "<h2>Share of the limit</h2>"));
}

TEST(Distribution, HoldsEverySample) {
    Timing timing = timed("mine", "avx2", {10.0, 10.0, 11.0, 12.0, 1000.0}, {}, 1);
    const std::string svg = distribution_svg(timing);
    EXPECT_TRUE(holds(svg, "10 to 1000 ns, median 11, p99 1000; 0 of 5 samples lie beyond")) << svg;
    timing = timed("mine", "avx2", std::vector<double>(200, 10.0), {}, 1);
    timing.samples.push_back(1000.0);
    EXPECT_TRUE(holds(distribution_svg(timing), "1 of 200 samples lie beyond"));
    EXPECT_EQ(distribution_svg({}), "");
}

TEST(AxisLabels, AreRoundAndNotTooMany) {
    EXPECT_EQ(axis_labels(1.0, 100.0), (std::vector<double>{1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0}));
    EXPECT_EQ(axis_labels(0.01, 1000.0).size(), 6u);
    for (const auto& [low, high] : {std::pair{0.9, 1.1}, {0.5, 1.4}, {0.97, 1.03}}) {
        const auto labels = axis_labels(low, high);
        EXPECT_GE(labels.size(), 3u);
        EXPECT_LE(labels.size(), 13u);
        for (const double label : labels) EXPECT_TRUE(low <= label && label <= high) << label;
    }
}

}  // namespace
}  // namespace brickproof::bench
