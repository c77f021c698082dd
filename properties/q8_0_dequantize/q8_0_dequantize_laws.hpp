// What is true of every correct q8_0.dequantize.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> q8_0_dequantize_statements();

}  // namespace brickproof
