// --seed of verify and fuzz: a whole number or 'random'.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <random>
#include <string>

#include "engine/expected.hpp"

namespace brickproof::cli {

inline Expected<std::uint64_t> seed_of(const std::string& text) {
    if (text == "random") return std::uint64_t{std::random_device{}()};
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error != std::errc{} || end != text.data() + text.size())
        return Problem{fmt::format("--seed takes a whole number or 'random', not '{}'", text)};
    return seed;
}

}  // namespace brickproof::cli
