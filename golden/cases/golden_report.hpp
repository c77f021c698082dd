// What a golden check found, as JSON for machines; check_report() says it to people.
//
//     {"brickproof": version, "cases": n, "problems": [sentence], "kernels": [{"library", "op", "variant",
//         "verdict": "PASS|FAIL|NOT RUN", "reason", "passed", "outside", "its_own", "by_bound",
//         "largest_share_of_bound", "failures": [{"case", "message"}], "pins_held", "pins_moved": [{"case",
//         "message"}]}]}
#pragma once

#include <span>
#include <string>

#include "cases/golden_check.hpp"

namespace brickproof::golden {

std::string check_json(std::span<const KernelCheck> checks, std::size_t cases,
                       std::span<const std::string> problems, std::string_view version);

}  // namespace brickproof::golden
