// The op of a fuzz target, by its stem in the build's list of ops: all that is compiled for each op anew.
#pragma once

namespace brickproof::fuzz {

extern const char* const fuzzed_stem;

}  // namespace brickproof::fuzz
