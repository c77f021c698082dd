#include "report/html_report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sample_report.hpp"

namespace brickproof {
namespace {

nlohmann::json data_of(const std::string& html) {
    const std::string begin = R"(id="data">)";
    const std::size_t at = html.find(begin) + begin.size();
    return nlohmann::json::parse(html.substr(at, html.find("</script", at) - at));
}

TEST(HtmlReport, HoldsTheReportCausesFirstAndTheCommandsThatReplayThem) {
    Report report = sample_report();
    StatementVerdict cause = statement("outputs_written", StatementKind::behaviour, Verdict::fail);
    cause.token = "q8_0.dot@1:AgEB:00000000";
    report.kernels[0].statements.push_back(cause);
    report.kernels[0].output = "printed";
    const nlohmann::json data = data_of(html_of(report, "1.2.3"));
    EXPECT_EQ(data["brickproof"], "1.2.3");
    EXPECT_EQ(data["kernels"].size(), 3u);
    EXPECT_EQ(data["kernels"][0]["output"], "printed");
    const nlohmann::json& first = data["kernels"][0]["statements"][0];
    EXPECT_EQ(first["name"], "outputs_written");
    EXPECT_EQ(first["command"].get<std::string>().find("brickproof replay q8_0.dot@1:AgEB:00000000 --kernels"), 0u);
    EXPECT_EQ(data["kernels"][0]["statements"].size(), 5u);
}

TEST(HtmlReport, NoTextOfAKernelIsMarkup) {
    Report report = sample_report();
    report.kernels[0].output = "</script><script>alert(1)</script>";
    report.kernels[0].library = report.kernels[0].output;
    const std::string html = html_of(report, "1");
    EXPECT_EQ(html.find("alert(1)</script"), std::string::npos);
    EXPECT_EQ(data_of(html)["kernels"][0]["output"], report.kernels[0].output);
}

}  // namespace
}  // namespace brickproof
