// The report in JUnit's XML, as CI servers read it: a suite a kernel, a test case a statement.
#pragma once

#include <string>

#include "report/verdict.hpp"

namespace brickproof {

std::string junit_text(const Report& report);

}  // namespace brickproof
