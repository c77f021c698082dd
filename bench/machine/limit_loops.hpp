// The loops that the limits are measured with, for the instructions that the library's kernels use.
#pragma once

#include <cstddef>
#include <string_view>

namespace brickproof::bench {

inline constexpr std::size_t loop_step = 256;  // bytes: memory loops leave out what is beyond a multiple of it

// Null pointers where this CPU has no such loop. `operations` is what one step does.
struct ArithmeticLoop {
    void (*run)(std::size_t steps) = nullptr;
    double operations = 0.0;
};
struct LimitLoops {
    std::string_view instructions;
    void (*read)(const std::byte* from, std::size_t bytes) = nullptr;
    void (*write)(std::byte* to, std::size_t bytes) = nullptr;
    void (*write_past_caches)(std::byte* to, std::size_t bytes) = nullptr;
    void (*copy)(const std::byte* from, std::byte* to, std::size_t bytes) = nullptr;
    void (*copy_past_caches)(const std::byte* from, std::byte* to, std::size_t bytes) = nullptr;
    ArithmeticLoop multiply_add;
    ArithmeticLoop int8_multiply_add;
    ArithmeticLoop divide;
    ArithmeticLoop square_root;
};

LimitLoops limit_loops();

}  // namespace brickproof::bench
