// What moved: between expectations and what the oracle says now, between kernels, runs and commits.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "cases/golden_case.hpp"
#include "cases/golden_run.hpp"
#include "cases/movement.hpp"
#include "engine/expected.hpp"

namespace brickproof::golden {

// One comparison, such as a kernel with another: what moved in all of its cases, and the cases that moved most.
struct Difference {
    std::string title;
    std::size_t cases = 0;
    std::size_t cases_moved = 0;
    Movement all{};  // places as "case y[3]"
    struct MovedCase {
        std::string name;
        Movement movement;
    };
    std::vector<MovedCase> moved{};
    std::vector<std::string> sentences{};  // what cannot be compared, and why

    void add(const std::string& case_name, const Movement& movement);
};

// The summary, the histogram, then the cases that moved most, by their share of the bound.
std::string show(const Difference& difference, std::size_t most_cases);

// How far two answers to the same question are apart, in one line: for values that are not expected to be equal.
std::string distance_line(const Difference& difference);

// The expectations of an op and what its oracle says now.
Difference from_oracle(std::string_view op, std::span<const GoldenCase> cases, Origin origin);

// What a kernel gives, and the expectations. Of exact values a kernel can give the nearest of its format at best: a
// value that is that nearest one did not move.
Difference from_expectations(const KernelRun& run);

// What two kernels give.
Difference between(const KernelRun& before, const KernelRun& after);
// Pairs of runs of one op: of the same variant where there is one on both sides, else with the first of the other.
std::vector<Difference> between_all(std::span<const KernelRun> before, std::span<const KernelRun> after);

// Two versions of the golden cases: which came and went, and what moved in the others.
std::vector<Difference> between_sets(std::span<const GoldenCase> before, std::span<const GoldenCase> after);

}  // namespace brickproof::golden
