// What is true of every correct f16.from_f32.
#pragma once

#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

std::vector<Statement> f16_from_f32_statements();

}  // namespace brickproof
