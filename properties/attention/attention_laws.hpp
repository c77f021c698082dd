// The statements about every correct attention.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> attention_statements(const Contract& contract);

}  // namespace brickproof
