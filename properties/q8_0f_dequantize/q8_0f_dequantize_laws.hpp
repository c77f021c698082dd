// What is true of every correct q8_0f.dequantize.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> q8_0f_dequantize_statements();

}  // namespace brickproof
