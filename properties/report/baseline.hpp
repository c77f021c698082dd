// A baseline: the known FAILs of a guest, by statement, so that only new ones break a gate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/expected.hpp"
#include "report/verdict.hpp"

namespace brickproof {

struct KnownFailure {
    std::string op;
    std::string variant;
    std::string statement;
    std::string file{};  // of the plug-in or its end, "builtin"; "" where the run had no other kernel of that name
    bool operator==(const KnownFailure&) const = default;
};

Expected<std::vector<KnownFailure>> read_baseline(const std::string& path);
// The same of a file's text; `path` is what a problem names.
Expected<std::vector<KnownFailure>> parse_baseline(std::string_view text, const std::string& path);
std::string baseline_text(const Report& report);  // of every FAIL and KNOWN

// A listed FAIL becomes KNOWN; a listed statement that was judged and no longer fails becomes FIXED.
void apply_baseline(const std::vector<KnownFailure>& known, Report& report);

}  // namespace brickproof
