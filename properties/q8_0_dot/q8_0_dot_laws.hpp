// What is true of every correct q8_0.dot.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> q8_0_dot_statements(const Contract& contract);

}  // namespace brickproof
