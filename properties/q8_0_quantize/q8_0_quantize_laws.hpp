// What is true of every correct q8_0.quantize.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> q8_0_quantize_statements();

}  // namespace brickproof
