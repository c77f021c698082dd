// Recomputes the expectations that come from a contract's oracle. What came from elsewhere is never touched.
#pragma once

#include "engine/expected.hpp"
#include "cases/golden_change.hpp"

namespace brickproof::golden {

// What the contract's oracle says of these inputs: exact values, float64.
std::vector<Expectation> oracle_expectations(const Contract& contract, const Case& inputs);

// Refuses a case whose expectation does not come from the oracle: the problem names case and source.
Expected<Change> recompute(const GoldenCase& golden);

// Takes over a case whose files were changed by hand, or that is of another version of its contract.
Change record(const GoldenCase& golden);

}  // namespace brickproof::golden
