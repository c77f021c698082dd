// The seed corpus of an op: few byte strings that between them take every alternative of every choice.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/contract.hpp"

namespace brickproof::fuzz {

// Deterministic in `seed`. Each is at most longest_input bytes, without a tail that no domain reads.
std::vector<Bytes> seed_corpus(const Contract& contract, std::uint64_t seed);

// Under which preconditions the contract's statements decode their cases, each once.
std::vector<Preconditions> domains_of(const Contract& contract);

}  // namespace brickproof::fuzz
