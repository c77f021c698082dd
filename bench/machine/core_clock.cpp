#include "bench/machine/core_clock.hpp"

#include <algorithm>
#include <cstdint>

namespace brickproof::bench {
namespace {

constexpr int additions_per_step = 16;

// The addend is a register: additions of constants may take no time at all.
void chain(std::uint64_t steps) {
    std::uint64_t sum = 1;
    for (std::uint64_t i = 0; i < steps; ++i) {
#if defined(__x86_64__)
        asm volatile(".rept 16\n add %1, %0\n .endr" : "+r"(sum) : "r"(steps));
#elif defined(__aarch64__)
        asm volatile(".rept 16\n add %0, %0, %1\n .endr" : "+r"(sum) : "r"(steps));
#endif
    }
}

}  // namespace

double core_gigahertz(const Clock& clock) {
    constexpr std::uint64_t steps = 2000;
    double fastest = 0.0;
    for (int run = 0; run < 20; ++run) {
        const std::uint64_t begin = clock.ticks();
        chain(steps);
        const double taken = clock.nanoseconds(clock.ticks() - begin);
        fastest = std::max(fastest, static_cast<double>(steps * additions_per_step) / taken);
    }
    return fastest;
}

}  // namespace brickproof::bench
