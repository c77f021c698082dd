// A JSON report of an earlier run, to compare this one with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/machine/machine.hpp"
#include "bench/run/row.hpp"
#include "engine/expected.hpp"

namespace brickproof::bench {

struct BaselineRow {
    std::string op;
    std::string workload;
    std::string sizes;
    Timing timing;
    bool valid = false;  // and of least_samples or more
};

struct Baseline {
    std::string path;
    Machine machine;
    std::vector<BaselineRow> rows{};

    // Of the same op, workload, sizes and variant, if it was valid; else null.
    const BaselineRow* find(const Row& row) const;
};

// Whether `path` is meant as such a report rather than as a plug-in: it begins with a brace, or is named .json.
bool is_baseline_file(const std::string& path);

// Problems: not to be read, no JSON, no report of bench with its samples, or a sample that is no time; they name
// the file and what is missing or wrong.
Expected<Baseline> read_baseline(const std::string& path);

// From the text of a file; `path` is for the problems.
Expected<Baseline> parse_baseline(const std::string& path, std::string_view text);

}  // namespace brickproof::bench
