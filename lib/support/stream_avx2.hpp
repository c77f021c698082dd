// Writing large outputs past the caches: a plain store first reads the line from memory that it is about to
// overwrite. For AVX2 kernels only.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

constexpr std::size_t cache_line = 64;

// From this size on an output is streamed. Smaller ones are likely to be read again while they are still in a
// cache: this is well above the L2 caches and below the L3 caches of the CPUs that have AVX2.
constexpr std::size_t streamed_bytes = std::size_t{8} << 20;

// Bytes from here to the next start of a cache line.
static inline std::size_t bytes_to_line(const void* address) {
    return (cache_line - reinterpret_cast<std::uintptr_t>(address) % cache_line) % cache_line;
}

// Copies a buffer that is in L1 to whole cache lines, with streaming stores. The writer of the whole output calls
// _mm_sfence when it is done.
static inline void stream_lines(void* to, const void* from, std::size_t lines) {
    auto* target = static_cast<__m256i*>(to);
    const auto* source = static_cast<const __m256i*>(from);
    for (std::size_t i = 0; i < 2 * lines; i += 2) {
        const __m256i low = _mm256_loadu_si256(source + i);
        const __m256i high = _mm256_loadu_si256(source + i + 1);
        _mm256_stream_si256(target + i, low);
        _mm256_stream_si256(target + i + 1, high);
    }
}

// Whether an output of n floats is to be written by stream_values: it is large, and aligned as allocators align.
static inline bool is_streamed(const float* y, std::size_t n) {
    return n * sizeof(float) >= streamed_bytes && reinterpret_cast<std::uintptr_t>(y) % sizeof(__m128) == 0;
}

// Two ways to write eight values. The second needs y aligned to 16 bytes, and an _mm_sfence after the last one.
static inline void store_values(float* y, __m256 values) {
    _mm256_storeu_ps(y, values);
}
static inline void stream_values(float* y, __m256 values) {
    _mm_stream_ps(y, _mm256_castps256_ps128(values));
    _mm_stream_ps(y + 4, _mm256_extractf128_ps(values, 1));
}

}  // namespace BRICK_TARGET
}  // namespace brick
