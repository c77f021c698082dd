// Where memory lies: a level of the caches, or beyond them.
#pragma once

#include <cstddef>
#include <string_view>

#include "bench/machine/machine.hpp"

namespace brickproof::bench {

enum class Level { l1, l2, l3, dram };
std::string_view name_of(Level level);
// The smallest that holds so many bytes.
Level level_of(std::size_t working_set, const Caches& caches);

inline constexpr std::size_t cache_multiple = 4;  // DRAM: so many times the last-level cache

}  // namespace brickproof::bench
