// The benchmark's report for people: a head, then a line a row, then what the columns mean.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bench/run/row.hpp"

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

// Whether kernels are slower than what they are compared with. A row that is INVALID, and whose ratio does not hold
// either, shows nothing and fails nothing, but is counted.
struct Gate {
    double share = 0.0;              // slower by more than this, with all of the interval
    std::vector<const Row*> slower;  // of those that count
    std::size_t counting = 0;        // VALID, or the ratio holds; slower or not
    std::size_t invalid = 0;         // the others
    std::size_t without_peer = 0;    // rows that were measured, and had nothing to be compared with

    std::size_t compared() const { return counting + invalid; }
};
// Points into the report.
Gate gate_of(const BenchReport& report, double share);
// A line for each slower row, and how many rows were looked at.
std::string text_of(const Gate& gate);

// Of kernels compared with themselves: how many rows are valid, how near 1 the ratios are, how long a row took.
std::string self_test_text(const BenchReport& report);

}  // namespace brickproof::bench
