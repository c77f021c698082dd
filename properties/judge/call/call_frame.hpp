// What the guard around a kernel's call keeps, one a thread. It is reached by the thread pointer alone, since a
// kernel may come back with any other register lost. The guard itself is assembly, which names these offsets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/argument_registers.hpp"

namespace brickproof {

#if defined(__x86_64__)

inline constexpr std::array<const char*, 6> preserved_registers = {"rbx", "rbp", "r12", "r13", "r14", "r15"};
inline constexpr const char* stack_pointer_name = "rsp";

struct alignas(64) CallFrame {
    std::uint64_t target;
    std::uint64_t return_address;
    std::uint64_t canaries[6];
    std::uint64_t saved[6];  // of the caller
    std::uint64_t saved_stack;
    std::uint64_t seen[6];  // after the call
    std::uint64_t seen_stack;
    std::uint64_t seen_flags;
    std::uint64_t stack;  // to run on; 0 is the caller's
    std::uint64_t keep[general_argument_registers];
    std::uint64_t fill[general_argument_registers];
    std::uint64_t registers;  // 0: xmm, 1: ymm, 2: zmm and mask registers
    std::uint64_t look;       // at the upper halves
    std::uint64_t garbage;
    std::uint64_t filled;  // like registers: those that hold a pattern at the call
    alignas(64) std::uint8_t pattern[64];
    std::uint8_t vector_keep[vector_argument_registers][16];
    std::uint8_t vector_fill[vector_argument_registers][16];
    std::uint8_t vectors[16][64];  // after the call
};

static_assert(offsetof(CallFrame, canaries) == 16);
static_assert(offsetof(CallFrame, saved) == 64 && offsetof(CallFrame, saved_stack) == 112);
static_assert(offsetof(CallFrame, seen) == 120 && offsetof(CallFrame, seen_stack) == 168);
static_assert(offsetof(CallFrame, seen_flags) == 176 && offsetof(CallFrame, stack) == 184);
static_assert(offsetof(CallFrame, keep) == 192 && offsetof(CallFrame, fill) == 240);
static_assert(offsetof(CallFrame, registers) == 288 && offsetof(CallFrame, look) == 296);
static_assert(offsetof(CallFrame, garbage) == 304 && offsetof(CallFrame, filled) == 312);
static_assert(offsetof(CallFrame, pattern) == 320);
static_assert(offsetof(CallFrame, vector_keep) == 384 && offsetof(CallFrame, vector_fill) == 512);
static_assert(offsetof(CallFrame, vectors) == 640);

#elif defined(__aarch64__)

// x19 to x28, x29, and the low halves of v8 to v15.
inline constexpr std::array<const char*, 19> preserved_registers = {"x19", "x20", "x21", "x22", "x23", "x24", "x25",
                                                                    "x26", "x27", "x28", "x29", "d8",  "d9",  "d10",
                                                                    "d11", "d12", "d13", "d14", "d15"};
inline constexpr const char* stack_pointer_name = "sp";

struct alignas(16) CallFrame {
    std::uint64_t target;
    std::uint64_t return_address;
    std::uint64_t canaries[19];
    std::uint64_t saved[19];
    std::uint64_t saved_stack;
    std::uint64_t seen[19];
    std::uint64_t seen_stack;
    std::uint64_t stack;
    std::uint64_t keep[general_argument_registers];
    std::uint64_t fill[general_argument_registers];
    std::uint64_t garbage;
    alignas(16) std::uint8_t pattern[16];
    std::uint8_t vector_keep[vector_argument_registers][16];
    std::uint8_t vector_fill[vector_argument_registers][16];
};

static_assert(offsetof(CallFrame, canaries) == 16);
static_assert(offsetof(CallFrame, saved) == 168 && offsetof(CallFrame, saved_stack) == 320);
static_assert(offsetof(CallFrame, seen) == 328 && offsetof(CallFrame, seen_stack) == 480);
static_assert(offsetof(CallFrame, stack) == 488 && offsetof(CallFrame, keep) == 496);
static_assert(offsetof(CallFrame, fill) == 560 && offsetof(CallFrame, garbage) == 624);
static_assert(offsetof(CallFrame, pattern) == 640 && offsetof(CallFrame, vector_keep) == 656);
static_assert(offsetof(CallFrame, vector_fill) == 784);

#else
#error "Brickproof knows x86-64 and aarch64; add the guard of a call for this architecture here."
#endif

extern "C" {
// Stands for the kernel: has its arguments, in registers and on the stack, and hands them on.
void brickproof_call_guard();
// Behind the last byte of its code.
void brickproof_call_guard_end();
}

}  // namespace brickproof

extern "C"
    __attribute__((visibility("hidden"),
                   tls_model("initial-exec"))) thread_local constinit brickproof::CallFrame brickproof_call_frame;
