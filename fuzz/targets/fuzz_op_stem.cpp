#include "fuzz/targets/fuzzed_stem.hpp"

const char* const brickproof::fuzz::fuzzed_stem = BRICKPROOF_FUZZ_STEM;
