// What is true of every correct q8_0.gemv.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> q8_0_gemv_statements(const Contract& contract);

}  // namespace brickproof
