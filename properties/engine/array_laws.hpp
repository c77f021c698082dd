// Laws of ops that turn an array into another, value by value or block by block; sizes[0] is the number of values.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

// The case cut to its first n values. An operand has one element per value, or one per block of 32.
Case first_values(const Signature& signature, const Case& c, std::size_t n);

// The first values alone (multiples of `unit`) give the first outputs.
Statement prefix_consistency(std::size_t unit, std::vector<std::string_view> needs);

// Reversing or rotating the inputs does the same to the outputs; all operands have one element per value.
Statement elementwise(std::vector<std::string_view> needs);

// Replacing the blocks of 32 values of one parity leaves the outputs of the others. `replace_blocks` puts other,
// finite data into the blocks b with b % 2 == parity.
Statement block_independence(void (*replace_blocks)(Case& c, std::size_t parity),
                             std::vector<std::string_view> needs);

// The law as a character: a correct guest may break it, which is noted; the library's own kernels promise it.
Statement promised_by_own_kernels(Statement law);

// A law that the op's own function checks.
Statement law(std::string_view name, std::string_view says, std::vector<std::string_view> needs,
              Outcome (*check)(const Case& c, Trial& trial));

}  // namespace brickproof
