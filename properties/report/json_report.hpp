// The machine-readable report.
//
//     {"brickproof": version, "seed": n, "kernels": [{"library", "op", "variant", "verdict", "statements":
//         [{"name", "kind": "exact|bound|law|behaviour|character", "verdict", "cases", "message", "token"}]}]}
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "engine/expected.hpp"
#include "report/verdict.hpp"

namespace brickproof {

nlohmann::ordered_json to_json(const StatementVerdict& statement);
nlohmann::ordered_json to_json(const Report& report, const std::string& version);

// Reads back what to_json wrote. The problem names what is missing or of another sort: where a child process wrote
// it, the kernel that ran there may have ruined it.
Expected<StatementVerdict> statement_from_json(const nlohmann::json& json);

}  // namespace brickproof
