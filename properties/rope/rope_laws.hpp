// The statements about every correct rope.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> rope_statements(const Contract& contract);

}  // namespace brickproof
