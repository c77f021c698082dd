// What is true of every correct rms_norm.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> rms_norm_statements(const Contract& contract);

}  // namespace brickproof
