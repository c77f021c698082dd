// What is true of every correct gemv.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> gemv_statements(const Contract& contract);

}  // namespace brickproof
