// The machine-readable report.
//
//     {"brickproof": version, "seed": n, "kernels": [{"library", "op", "variant", "verdict", "statements":
//         [{"name", "kind": "exact|bound|law|behaviour|character", "verdict", "cases", "message", "token"}]}]}
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "report/verdict.hpp"

namespace brickproof {

nlohmann::ordered_json to_json(const StatementVerdict& statement);
nlohmann::ordered_json to_json(const Report& report, const std::string& version);

// Reads back what to_json wrote.
StatementVerdict statement_from_json(const nlohmann::json& json);

}  // namespace brickproof
