// What is true of every correct softmax.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> softmax_statements(const Contract& contract);

}  // namespace brickproof
