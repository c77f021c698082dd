// A finding on disk: the case as bytes, its replay token, and a test that fails as long as it does.
#pragma once

#include <string>

#include "fuzz/search/statement_runner.hpp"
#include "report/atomic_file.hpp"

namespace brickproof::fuzz {

// Writes <name>.case, <name>.token and <name>_test.cpp; the same kernel's and statement's take the place of older
// ones. Makes the folder where it is missing.
Expected<Done> write_finding(const std::string& folder, const Finding& finding);

}  // namespace brickproof::fuzz
