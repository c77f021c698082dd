// A finding as a test that stays: a statement about a kernel, judged on one case.
#pragma once

#include <string>

#include "fuzz/search/statement_runner.hpp"

namespace brickproof::fuzz {

struct Regression {
    std::string token;
    std::string kernels{};  // a plug-in's path; "" for the library's own
    std::string variant;
    std::string statement;
    std::vector<std::string> assume{};  // what --assume imposed on the search
};

// A sentence where the statement does not hold, or cannot be judged; "" where it does, or where this CPU cannot run
// the kernel. A kernel that ends its process ends this one.
std::string failure_of(const Regression& regression);

// A GoogleTest source that asks this about a finding. As a file of tests/fuzz/ whose name ends in _test.cpp it is
// compiled with the tests there.
std::string regression_source(const Finding& finding);

// As it is to be typed.
std::string replay_command(const Finding& finding);

// "q8_0_dot_avx2_exact_sum": of a finding's files.
std::string name_of(const Finding& finding);

}  // namespace brickproof::fuzz
