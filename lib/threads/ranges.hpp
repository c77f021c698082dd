// Rows or heads, cut into parts for an executor.
#pragma once

#include <algorithm>
#include <cstddef>

#include "brick/executor.hpp"

namespace brick {

// Handing over a part costs some tenths of a microsecond; a product of so many weights in L2 takes 0.3 (float32) to
// 1 (Q8_0). With parts of 16 KiB, two threads were at times slower than one.
inline constexpr std::size_t smallest_part_bytes = 64 * 1024;
// More parts than threads, so that one which is held up does not hold up all.
inline constexpr std::size_t parts_a_thread = 4;

// How many parts `count` rows make that read `row_bytes` each.
inline std::size_t count_parts(const Executor& executor, std::size_t count, std::size_t row_bytes) {
    if (executor.threads() == 1) return 1;
    const std::size_t rows_of_a_part = smallest_part_bytes / (row_bytes + 1) + 1;
    return std::clamp<std::size_t>(count / rows_of_a_part, 1, executor.threads() * parts_a_thread);
}

// Calls work(first, last) for ranges that together are [0, count).
template <class Work>
void for_ranges(const Executor& executor, std::size_t count, std::size_t row_bytes, const Work& work) {
    const std::size_t parts = count_parts(executor, count, row_bytes);
    const std::size_t size = count / parts;
    const std::size_t larger = count % parts;  // parts with one more
    executor.for_each(parts, [&](std::size_t part) {
        const std::size_t first = part * size + std::min(part, larger);
        work(first, first + size + (part < larger ? 1 : 0));
    });
}

}  // namespace brick
