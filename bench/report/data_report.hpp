// The benchmark's report for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/run/row.hpp"

namespace brickproof::bench {

// Every figure of a summary; names of times end in "_" and the unit. Of no values: only "n".
nlohmann::json json_of(const Summary& summary, std::string_view unit);
nlohmann::json json_of(const Machine& machine);
// Six digits: a sample is good to fewer.
std::vector<double> rounded(const std::vector<double>& values);

// Everything, each sample too: a later run can compare itself with it (baseline_file.hpp).
nlohmann::json json_of(const BenchReport& report);

// A line a row under a line of names, as RFC 4180 has it; without the samples.
std::string csv_of(const BenchReport& report);

}  // namespace brickproof::bench
