// New byte strings from old ones.
#pragma once

#include <span>

#include "engine/case.hpp"
#include "engine/choice_reader.hpp"
#include "engine/random.hpp"

namespace brickproof::fuzz {

// No domain reads much further: bytes behind it would mean nothing.
inline constexpr std::size_t longest_input = 96;

// One to four changes: a choice set to another alternative, a byte set or nudged, bytes removed, inserted, copied
// or cut off, or the end of `other` in place of the own. `choices` are those that `bytes` make.
Bytes mutate(const Bytes& bytes, std::span<const Choice> choices, const Bytes& other, Random& random);

// The bytes of `first` before one of its choices, and those of `second` from there on.
Bytes cross_over_at_a_choice(const Bytes& first, std::span<const Choice> choices, const Bytes& second,
                             Random& random);

}  // namespace brickproof::fuzz
