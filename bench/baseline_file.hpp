// A JSON report of an earlier run, to compare this one with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/machine.hpp"
#include "bench/row.hpp"
#include "engine/expected.hpp"

namespace brickproof::bench {

struct BaselineRow {
    std::string op;
    std::string workload;
    std::string sizes;
    Timing timing;
    bool valid = false;
};

struct Baseline {
    std::string path;
    Machine machine;
    std::vector<BaselineRow> rows{};

    // Of the same op, workload, sizes and variant, if it was valid; else null.
    const BaselineRow* find(const Row& row) const;
};

// Whether `path` is such a report rather than a plug-in: it begins with a brace.
bool is_baseline_file(const std::string& path);

// Problems: not to be read, no JSON, or no report of bench with its samples; they name the file and what is
// missing.
Expected<Baseline> read_baseline(const std::string& path);

// From the text of a file; `path` is for the problems.
Expected<Baseline> parse_baseline(const std::string& path, std::string_view text);

}  // namespace brickproof::bench
