#include "bench/machine/level.hpp"

namespace brickproof::bench {

std::string_view name_of(Level level) {
    constexpr std::string_view names[] = {"L1", "L2", "L3", "DRAM"};
    return names[static_cast<std::size_t>(level)];
}

Level level_of(std::size_t working_set, const Caches& caches) {
    if (working_set <= caches.l1_data) return Level::l1;
    if (working_set <= caches.l2) return Level::l2;
    return working_set <= caches.last_level ? Level::l3 : Level::dram;
}

}  // namespace brickproof::bench
