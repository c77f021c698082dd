// What is told apart of a case when no compiler has instrumented the kernel: which alternatives its domain took,
// and how near a statement came to its bound. Every contract has these without a line of its own.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/contract.hpp"

namespace brickproof::fuzz {

using Feature = std::uint64_t;

// A byte string, decoded with the choices that it made.
struct DecodedCase {
    Case c;
    std::vector<Choice> choices;
    std::vector<std::size_t> values;  // of the choices
    std::size_t read = 0;             // bytes, those behind the end included
};
DecodedCase decode_logged(const Contract& contract, const Bytes& bytes, const Preconditions& holding);

// Each alternative taken. Where a choice has many alternatives (a size), its magnitude and its last three bits
// stand for it: vector widths and tails. `domain` tells the decodings of one op apart.
std::vector<Feature> choice_features(const DecodedCase& decoded, std::size_t domain);
// Each pair of neighbouring choices.
std::vector<Feature> pair_features(const DecodedCase& decoded, std::size_t domain);

// That a case comes as near to the bound of a kernel's statement as any does.
Feature nearest_feature(std::size_t kernel, std::size_t statement);

// A step on the way to the bound: eight steps to half of it, eight more to three quarters, and so on.
std::size_t share_level(double share_of_bound);

// How much work a case is.
std::size_t operand_bytes(const Case& c);

}  // namespace brickproof::fuzz
