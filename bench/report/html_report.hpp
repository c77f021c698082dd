// The benchmark's report as one HTML page that needs no network: report.html, which draws it from the JSON report.
#pragma once

#include <string>

#include "bench/run/row.hpp"

namespace brickproof::bench {

std::string html_of(const BenchReport& report);

}  // namespace brickproof::bench
