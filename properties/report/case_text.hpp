// The operands of a case as text: the first values of each input, for a finding.
#pragma once

#include <string>
#include <vector>

#include "engine/case.hpp"

namespace brickproof {

// A line for each input, such as "x = 1 (8 times), -0.5"; nothing where the case is too large to be looked at.
std::vector<std::string> operand_lines(const Case& c);

}  // namespace brickproof
