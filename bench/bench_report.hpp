// The benchmark's report for people (a head, then a line a row) and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench/row.hpp"

namespace brickproof::bench {

// What was measured on, the seed, and the columns' names.
std::string text_head(const BenchReport& report);
std::string text_row(const Row& row);
// How many rows of which state, and what the columns mean.
std::string text_foot(const BenchReport& report);

nlohmann::json json_of(const BenchReport& report);

}  // namespace brickproof::bench
