// One call of a kernel, instruction by instruction. On x86-64 only: an aarch64 process cannot step itself.
#pragma once

#include <cstdint>

#include "judge/kernel_runner.hpp"

namespace brickproof {

#if defined(__x86_64__)
inline constexpr bool can_single_step = true;
#else
inline constexpr bool can_single_step = false;
#endif

// Gets the address of each instruction of the kernel, and of what it calls, before it is executed; false lets the
// rest of the call run freely. It runs in a signal handler on the thread that makes the call.
using OnInstruction = bool (*)(std::uintptr_t address);

// One thread of a process at a time.
Run run_single_stepped(KernelRunner& runner, const Case& c, OnInstruction on_instruction);

}  // namespace brickproof
