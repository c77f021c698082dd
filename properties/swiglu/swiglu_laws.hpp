// What is true of every correct swiglu.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> swiglu_statements(const Contract& contract);

}  // namespace brickproof
