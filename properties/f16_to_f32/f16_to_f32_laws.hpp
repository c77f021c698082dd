// What is true of every correct f16.to_f32.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> f16_to_f32_statements();

}  // namespace brickproof
