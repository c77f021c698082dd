// Statements that many contracts share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

// The outputs are within the contract's bound of the contract's oracle.
Statement error_within_bound(const Contract& contract, std::vector<std::string_view> needs,
                             std::vector<std::string_view> excluded_by);

// A note where the outputs are not bit-identical to the scalar definition's.
Statement same_bits_as_definition(std::vector<std::string_view> needs);

// A note where a zero has the other sign than the definition's.
Statement sign_of_zero(std::vector<std::string_view> needs);

}  // namespace brickproof
