// The report as one HTML page that needs no network: verdicts.html, which draws it from the JSON report.
#pragma once

#include <string>

#include "report/verdict.hpp"

namespace brickproof {

std::string html_of(const Report& report, const std::string& version);

}  // namespace brickproof
