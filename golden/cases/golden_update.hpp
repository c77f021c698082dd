// Recomputes expectations: an oracle's, and pinned ones. What came from elsewhere is never touched.
#pragma once

#include <string_view>
#include <vector>

#include "cases/golden_case.hpp"
#include "engine/expected.hpp"

namespace brickproof::golden {

inline constexpr std::string_view pinned_variant = "scalar";

// What the contract's oracle says of these inputs: exact values, float64.
std::vector<Expectation> oracle_expectations(const Contract& contract, const Case& inputs);

// What our own scalar kernel gives on the inputs. The problem is a sentence.
Expected<std::vector<Expectation>> pinned_expectations(const GoldenCase& golden);

// The case as it would be stored now: an oracle's or a pinned one with the values of now, all of the contract's
// version. The problem is a sentence.
Expected<GoldenCase> renewed(const GoldenCase& golden);

}  // namespace brickproof::golden
