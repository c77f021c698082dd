// Byte strings for domains.
#pragma once

#include "engine/case.hpp"
#include "engine/random.hpp"

namespace brickproof {

inline Bytes random_bytes(Random& random, std::size_t length) {
    Bytes bytes(length);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
    return bytes;
}

}  // namespace brickproof
