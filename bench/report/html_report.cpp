#include "bench/report/html_report.hpp"

#include <nlohmann/json.hpp>

#include "bench/report/data_report.hpp"
#include "report/html_page.hpp"

namespace brickproof::bench {

extern const std::string_view report_page;  // report.html, by the build

std::string html_of(const BenchReport& report) {
    return page_with(report_page, json_of(report));
}

}  // namespace brickproof::bench
