// Which op a target fuzzes: the target defines it, and its mutator asks.
#pragma once

#include "engine/contract.hpp"

namespace brickproof::fuzz {

const Contract& fuzzed_contract();

}  // namespace brickproof::fuzz
