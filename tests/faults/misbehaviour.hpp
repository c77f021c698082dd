#pragma once

// What a kernel must never do, written so that no optimiser takes it away.

#include <atomic>
#include <cfenv>
#include <chrono>
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace brickproof::faults {

/// Reads `count` bytes from `first` on.
inline void read_bytes(const void* first, std::size_t count) {
    const auto* bytes = static_cast<const volatile unsigned char*>(first);
    for (std::size_t i = 0; i < count; ++i) {
        [[maybe_unused]] const unsigned char byte = bytes[i];
    }
}

/// Writes one byte.
inline void write_byte(void* at, unsigned char byte) {
    *static_cast<volatile unsigned char*>(at) = byte;
}

/// Writes the byte that is there already.
inline void write_back(const void* at) {
    auto* byte = static_cast<volatile unsigned char*>(const_cast<void*>(at));
    *byte = *byte;
}

inline void crash_on_a_null_pointer() {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
}

inline void loop_for_ever() {
    volatile bool forever = true;
    while (forever) {
    }
}

inline void leave_rounding_upward() {
    std::fesetround(FE_UPWARD);
}

/// Subnormal results become zero from now on.
inline void leave_flush_to_zero_on() {
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() | 0x8000u);
#elif defined(__aarch64__)
    std::uint64_t fpcr = 0;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    __asm__ volatile("msr fpcr, %0" : : "r"(fpcr | std::uint64_t{1} << 24));
#endif
}

/// Differs from call to call without a pattern.
inline bool coin_from_the_clock() {
    return std::chrono::steady_clock::now().time_since_epoch().count() / 10 % 3 == 0;
}

/// True on every seventh call with the same counter.
inline bool every_seventh(std::atomic<unsigned>& calls) {
    return calls.fetch_add(1, std::memory_order_relaxed) % 7 == 6;
}

/// The distance of p from the last multiple of `alignment`, in bytes.
inline std::size_t misalignment(const void* p, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(p) % alignment;
}

}  // namespace brickproof::faults
