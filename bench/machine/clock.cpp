#include "bench/machine/clock.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace brickproof::bench {
namespace {

std::uint64_t steady_nanoseconds() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(since).count());
}

#if defined(__x86_64__)

bool has_invariant_counter() {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    constexpr unsigned power_management = 0x80000007;
    constexpr unsigned invariant = 1u << 8;
    return __get_cpuid(power_management, &eax, &ebx, &ecx, &edx) != 0 && (edx & invariant) != 0;
}

std::uint64_t counter() {
    _mm_lfence();
    const std::uint64_t ticks = __rdtsc();
    _mm_lfence();
    return ticks;
}

// One moment on both clocks: of several readings, the one that the thread was least held up in.
struct Moment {
    std::uint64_t ticks = 0;
    std::uint64_t nanoseconds = 0;
};
Moment moment() {
    Moment best;
    std::uint64_t shortest = std::numeric_limits<std::uint64_t>::max();
    for (int attempt = 0; attempt < 20; ++attempt) {
        const std::uint64_t before = counter();
        const std::uint64_t now = steady_nanoseconds();
        const std::uint64_t after = counter();
        if (after - before >= shortest) continue;
        shortest = after - before;
        best = {before + (after - before) / 2, now};
    }
    return best;
}

// Both ends are good to some 20 ns, so the rate is to 2 in a million.
double measured_nanoseconds_per_tick() {
    constexpr std::uint64_t span = 20'000'000;  // ns
    const Moment begin = moment();
    while (steady_nanoseconds() - begin.nanoseconds < span) {
    }
    const Moment end = moment();
    return static_cast<double>(end.nanoseconds - begin.nanoseconds) / static_cast<double>(end.ticks - begin.ticks);
}

#elif defined(__aarch64__)

std::uint64_t counter() {
    std::uint64_t ticks = 0;
    asm volatile("isb\n mrs %0, cntvct_el0\n isb" : "=r"(ticks) : : "memory");
    return ticks;
}

double declared_nanoseconds_per_tick() {
    std::uint64_t hertz = 0;
    asm volatile("mrs %0, cntfrq_el0" : "=r"(hertz));
    return hertz == 0 ? 0.0 : 1e9 / static_cast<double>(hertz);
}

#endif

}  // namespace

Clock Clock::steady() {
    return {Source::steady_clock, 1.0};
}

Clock Clock::best() {
#if defined(__x86_64__)
    if (has_invariant_counter()) return {Source::time_stamp_counter, measured_nanoseconds_per_tick()};
#elif defined(__aarch64__)
    if (const double rate = declared_nanoseconds_per_tick(); rate > 0.0) return {Source::virtual_count, rate};
#endif
    return steady();
}

std::uint64_t Clock::ticks() const {
#if defined(__x86_64__) || defined(__aarch64__)
    if (source_ != Source::steady_clock) return counter();
#endif
    return steady_nanoseconds();
}

std::string_view Clock::name() const {
    switch (source_) {
        case Source::time_stamp_counter:
            return "time-stamp counter";
        case Source::virtual_count:
            return "CNTVCT";
        case Source::steady_clock:
            return "steady_clock";
    }
    return "?";
}

}  // namespace brickproof::bench
