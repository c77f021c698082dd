// The page as it is written, and as its script draws it: that part needs Node.js, which runs the script over a
// document of one element (page_drawing.js).
#include "bench/report/html_report.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "bench/report/data_report.hpp"
#include "made_up_rows.hpp"

namespace brickproof::bench {
namespace {

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
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

// The JSON that the page holds, as a browser takes it: up to the first end of a script element.
nlohmann::json data_of(const std::string& html) {
    const std::string begin = "id=\"data\">";
    const std::size_t at = html.find(begin) + begin.size();
    return nlohmann::json::parse(html.substr(at, html.find("</script", at) - at));
}

TEST(Html, HoldsTheReportWholeWhateverAKernelIsCalled) {
    BenchReport report = report_with_everything();
    report.rows[0].a.variant = "</script><b>&quot;\u2028<!--";
    report.rows[0].a.library = "bytes that are no text: \xFF";
    const nlohmann::json written =
        nlohmann::json::parse(json_of(report).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    EXPECT_EQ(data_of(html_of(report)), written);
    EXPECT_EQ(count_of(html_of(report), "</script"), 2u);
}

TEST(Html, NeedsNothingElse) {
    const std::string html = html_of(report_with_everything());
    for (const char* outside : {"http:", "https:", "<link", "src=", "url(", "@import", "fetch("})
        EXPECT_FALSE(holds(html, outside)) << outside;
    EXPECT_FALSE(holds(html, "{{DATA}}"));
}

// What a browser's page shows.
class Drawn : public testing::Test {
  protected:
    void SetUp() override {
        if (std::string_view(BRICKPROOF_NODE).empty()) GTEST_SKIP() << "NOT RUN: there is no Node.js here";
    }
    static std::string drawn(const BenchReport& report) { return printed(report, ""); }
    // What an expression is in the page's script.
    static nlohmann::json evaluated(const std::string& expression) {
        return nlohmann::json::parse(printed(report_with_everything(), " '" + expression + "'"));
    }

  private:
    static std::string printed(const BenchReport& report, const std::string& more) {
        const std::string path = testing::TempDir() + "page_" + std::to_string(getpid()) + ".html";
        std::ofstream(path) << html_of(report);
        const std::string command =
            std::string(BRICKPROOF_NODE) + " " + BRICKPROOF_PAGE_DRAWING + " " + path + more;
        FILE* pipe = popen(command.c_str(), "r");
        std::string text;
        for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
        EXPECT_EQ(pclose(pipe), 0);
        unlink(path.c_str());
        return text;
    }
};

TEST_F(Drawn, IsWellFormed) {
    EXPECT_EQ(first_wrong_tag(drawn(report_with_everything())), "");
}

TEST_F(Drawn, ShowsRatiosRooflineDistributionsAndWhatIsWrong) {
    const std::string html = drawn(report_with_everything());
    for (const char* part : {"<h2>Ratios</h2>", "<h2>Roofline</h2>", "class=\"distribution\"", "DRAM read 20 GB/s",
                             "256 billion int8 multiply-adds", "more than &lt;5%&gt;", "NOT RUN: neon needs neon",
                             "2 voided", "q8_0.dot avx2, L1, 1,000 values"})
        EXPECT_TRUE(holds(html, part)) << part;
}

// A picture that is pasted somewhere has nothing to point at.
TEST_F(Drawn, NamesThePeerBesideEachRatioAndInTheTable) {
    const std::string html = drawn(report_with_everything());
    EXPECT_TRUE(holds(html, "q8_0.dot avx2 : haswell, L1, 1,000 values"));
    EXPECT_TRUE(holds(html, ">B/A "));
    EXPECT_TRUE(holds(html, " ns, haswell")) << html;
    EXPECT_FALSE(holds(drawn(report_of({measured_row()})), ">B/A "));
}

TEST_F(Drawn, SaysThatABaselineIsOfAnotherTime) {
    BenchReport report = report_with_everything();
    EXPECT_FALSE(holds(drawn(report), "B was measured at another time"));
    report.rows[0].comparison->side_by_side = false;
    EXPECT_TRUE(holds(drawn(report), "B was measured at another time"));
}

TEST_F(Drawn, HasTheMeasuredLimitsAsATable) {
    const std::string html = drawn(report_with_everything());
    EXPECT_TRUE(holds(html, "<td>DRAM</td><td>20</td><td>10</td><td>16</td><td>24</td>"));
    EXPECT_TRUE(holds(html, "64 float32 multiply-adds, 256 int8 multiply-adds, 8.0 divisions, 4.0 square roots"));
}

TEST_F(Drawn, HasAMarkForEachRowWithALimitAlsoWithoutArithmetic) {
    Row conversion = measured_row();
    conversion.op = "f16.to_f32";
    const std::string html = drawn(report_of({conversion, conversion, measured_row()}));
    EXPECT_TRUE(holds(html, "<span>f16.to_f32 avx2</span>"));
    EXPECT_TRUE(holds(html, "<span>q8_0.dot avx2</span>"));
    EXPECT_EQ(count_of(html, "% of L1 read</title>"), 3u);
    EXPECT_FALSE(holds(drawn(report_of({row_that_was_not_run()})), "Share of the limit"));
}

TEST_F(Drawn, OpensWithWhatIsWrongAndDrawsNoEmptyRoofline) {
    Row wrong = row_that_was_not_run();
    wrong.state = Row::State::wrong;
    wrong.reason = "y[0] is 1";
    const std::string html = drawn(report_of({wrong}));
    EXPECT_LT(html.find("WRONG RESULT, not timed: y[0] is 1"), html.find("<h2>"));
    EXPECT_FALSE(holds(html, "Roofline"));
    EXPECT_FALSE(holds(drawn(report_of({measured_row()})), "Roofline"));
}

// Names of ops with nearly the same arithmetic a byte.
TEST_F(Drawn, NamesEachOpInALaneWhereNoneTouchesAnother) {
    std::vector<Row> rows;
    for (const char* op : {"q8_0.quantize", "q8_0f.quantize", "q8_0f.dequantize", "rms_norm"}) {
        rows.push_back(measured_row());
        rows.back().op = op;
        rows.back().work.multiply_adds = 400.0 + 10.0 * static_cast<double>(rows.size());
    }
    const std::string svg = drawn(report_of(rows));
    std::vector<std::string> heights;
    for (const Row& row : rows) {
        const std::size_t end = svg.find(" mid\">" + row.op + "</text>");
        ASSERT_NE(end, std::string::npos) << row.op;
        const std::size_t begin = svg.rfind(" y=\"", end) + 1;
        heights.push_back(svg.substr(begin, svg.find('"', begin + 3) - begin));
    }
    std::ranges::sort(heights);
    EXPECT_EQ(std::ranges::adjacent_find(heights), heights.end()) << "two names on one line, a few pixels apart";
}

TEST_F(Drawn, DrawsLevelsOfOneBandwidthAsOneLine) {
    BenchReport report = report_with_everything();
    report.limits.bandwidth = {Bandwidth{200.0, 1.0, 1.0, 1.0}, Bandwidth{200.0, 1.0, 1.0, 1.0},
                               Bandwidth{199.0, 1.0, 1.0, 1.0}, Bandwidth{20.0, 1.0, 1.0, 1.0}};
    const std::string html = drawn(report);
    EXPECT_TRUE(holds(html, "L1, L2, L3 read 200 GB/s"));
    EXPECT_TRUE(holds(html, "DRAM read 20 GB/s"));
    EXPECT_FALSE(holds(html, "L2 read 200"));
}

TEST_F(Drawn, HasNoRatiosWhereNothingWasCompared) {
    EXPECT_FALSE(holds(drawn(report_of({measured_row()})), "<h2>Ratios</h2>"));
}

TEST_F(Drawn, DrawsAReportWithoutLimits) {
    BenchReport report = report_with_everything();
    report.limits = {};
    EXPECT_EQ(first_wrong_tag(drawn(report)), "");
    EXPECT_FALSE(holds(drawn(report), "nan"));
    EXPECT_FALSE(holds(drawn(report), "inf"));
}

TEST_F(Drawn, DrawsAReportWithoutRows) {
    const std::string html = drawn(report_of({}));
    EXPECT_EQ(first_wrong_tag(html), "");
    EXPECT_FALSE(holds(html, "nan"));
    EXPECT_FALSE(holds(html, "<h2>Share of the limit</h2>"));
}

TEST_F(Drawn, DistributionHoldsEverySample) {
    Row row = measured_row();
    std::vector<double> samples(20, 10.0);
    samples.insert(samples.end(), {11.0, 12.0, 1000.0});
    row.a = timed("mine", "avx2", samples, {}, 1);
    EXPECT_TRUE(holds(drawn(report_of({row})), "10 to 1000 ns, median 10, p99 1000; 0 of 23 samples lie beyond"));
    row.a = timed("mine", "avx2", std::vector<double>(200, 10.0), {}, 1);
    row.a.samples.push_back(1000.0);
    EXPECT_TRUE(holds(drawn(report_of({row})), "1 of 200 samples lie beyond"));
}

TEST_F(Drawn, AxisLabelsAreRoundAndNotTooMany) {
    EXPECT_EQ(evaluated("axisLabels(1, 100)"), (std::vector<double>{1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0}));
    EXPECT_EQ(evaluated("axisLabels(0.01, 1000)").size(), 6u);
    for (const auto& [low, high] : {std::pair{0.9, 1.1}, {0.5, 1.4}, {0.97, 1.03}}) {
        const auto labels = evaluated(fmt::format("axisLabels({}, {})", low, high)).get<std::vector<double>>();
        EXPECT_GE(labels.size(), 3u);
        EXPECT_LE(labels.size(), 13u);
        for (const double label : labels) EXPECT_TRUE(low <= label && label <= high) << label;
    }
}

// 0.91 to 1.1 and wider: the ratio's axis.
TEST_F(Drawn, AxesHaveRoundLabelsAndNotTooMany) {
    for (const auto& [low, high] : {std::pair{0.97, 1.03}, {0.5, 1.4}, {0.01, 100.0}}) {
        BenchReport report = report_of({compared_row()});
        report.rows[0].comparison->interval = {low, high};
        const std::string html = drawn(report);
        const std::size_t begin = html.find("strip scale");
        const std::string scale = html.substr(begin, html.find("</div>", begin) - begin);
        EXPECT_GE(count_of(scale, "<text"), 3u) << scale;
        EXPECT_LE(count_of(scale, "<text"), 13u) << scale;
    }
}

}  // namespace
}  // namespace brickproof::bench
