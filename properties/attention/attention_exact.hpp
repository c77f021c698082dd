// The statements about attention whose results are known without an oracle.
#pragma once

#include "engine/contract.hpp"

namespace brickproof {

// A single key returns its value, exactly.
Outcome attention_of_one_key(const Case& c, Trial& trial);

// A key that scores 500 higher than the others returns its value, exactly.
Outcome attention_of_dominant_key(const Case& c, Trial& trial);

// Two equal keys that score 500 higher than the others return the mean of their values, exactly.
Outcome attention_of_two_equal_keys(const Case& c, Trial& trial);

// q = 0 returns the mean of v, up to the rounding of one sum.
Outcome attention_of_zero_query(const Case& c, Trial& trial);

}  // namespace brickproof
