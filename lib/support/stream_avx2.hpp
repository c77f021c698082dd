// Writing large outputs past the caches: a plain store first reads the line from memory that it is about to
// overwrite. For AVX2 kernels only. (static: see half.hpp.)
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace brick {

constexpr std::size_t cache_line = 64;

// From this size on an output is streamed. Smaller ones are likely to be read again while they are still in a
// cache: this is well above the L2 caches and below the L3 caches of the CPUs that have AVX2.
constexpr std::size_t streamed_bytes = std::size_t{8} << 20;

// Bytes from here to the next start of a cache line.
static inline std::size_t bytes_to_line(const void* address) {
    return (cache_line - reinterpret_cast<std::uintptr_t>(address) % cache_line) % cache_line;
}

// Copies size bytes from a buffer in L1, all whole cache lines with streaming stores. The writer of the whole
// output calls _mm_sfence when it is done.
static inline void stream_copy(void* to, const void* from, std::size_t size) {
    auto* target = static_cast<char*>(to);
    const auto* source = static_cast<const char*>(from);
    const std::size_t head = bytes_to_line(target) < size ? bytes_to_line(target) : size;
    std::memcpy(target, source, head);
    std::size_t i = head;
    for (; i + cache_line <= size; i += cache_line) {
        const auto* line = reinterpret_cast<const __m256i*>(source + i);
        const __m256i low = _mm256_loadu_si256(line);
        const __m256i high = _mm256_loadu_si256(line + 1);
        _mm256_stream_si256(reinterpret_cast<__m256i*>(target + i), low);
        _mm256_stream_si256(reinterpret_cast<__m256i*>(target + i) + 1, high);
    }
    std::memcpy(target + i, source + i, size - i);
}

}  // namespace brick
