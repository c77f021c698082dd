// The benchmark's report for people: a head, then a line a row, then what the columns mean.
#pragma once

#include <string>
#include <string_view>

#include "bench/row.hpp"

namespace brickproof::bench {

// What was measured on and with, its limits, and the columns' names.
std::string text_head(const BenchReport& report);
std::string text_row(const BenchReport& report, const Row& row);
// How many rows of which state, and what the columns mean.
std::string text_foot(const BenchReport& report);

// "INVALID", ...; "VALID"
std::string_view name_of(Row::State state);
// The state, its reason, and what else a reader of the row must know; empty where there is nothing.
std::string remark_of(const Row& row);
// "48 KiB"
std::string size_text(std::size_t bytes);
// "pinned to CPU 1; nice -20; load average 2.40, 3 threads want a CPU; ..."
std::string describe_quiet(const Machine& machine);

// Of kernels compared with themselves: how many rows are valid, how near 1 the ratios are, how long a row took.
std::string self_test_text(const BenchReport& report);

}  // namespace brickproof::bench
