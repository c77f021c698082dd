// Calls whose index arithmetic needs more than 31 and 32 bits.
#pragma once

#include "engine/contract.hpp"
#include "judge/probe.hpp"

namespace brickproof {

// On little memory: the pages of a case of some MiB are mapped again and again, one piece after the other, as an
// operand of more than 2^31 and 2^32 elements. Of ops whose elements (or rows) do not depend on each other each
// piece of the result is that of one piece alone.
Outcome works_at_large_sizes(const Case& c, Probe& probe);

}  // namespace brickproof
