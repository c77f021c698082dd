// The benchmark's report for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench/row.hpp"

namespace brickproof::bench {

// Everything, each sample too: a later run can compare itself with it (baseline_file.hpp).
nlohmann::json json_of(const BenchReport& report);

// A line a row under a line of names, as RFC 4180 has it; without the samples.
std::string csv_of(const BenchReport& report);

}  // namespace brickproof::bench
