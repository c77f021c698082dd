// Calls a kernel with nothing in its registers but its arguments, and sees what it leaves in them.
//
// Registers that carry no argument hold quiet NaNs, so that one that a kernel reads without setting it shows in its
// results; those that a call must preserve hold canaries. What the judge has in them itself is kept elsewhere: it
// survives a kernel that loses them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/argument_registers.hpp"
#include "engine/contract.hpp"

namespace brickproof {

// What lies in vector registers that carry no argument. Two NaNs, so that none is right by chance.
enum class RegisterFill { all_ones, other_nan, zero };

struct GuardedCall {
    RegisterFill fill = RegisterFill::all_ones;
    // x86-64: of ymm and zmm registers, too. After that, code for SSE alone runs some thirty times as long on CPUs
    // that merge what it writes with the upper halves.
    bool upper_halves = true;
    bool own_stack = false;        // that nobody has touched yet, so that its use can be measured
    bool look_at_vectors = false;  // for dirty_upper_halves()
};

// Prepares this thread's next call of fn and gives the function that is to be called in its place, once.
KernelFunction guarded(KernelFunction fn, const ArgumentRegisters& arguments, const GuardedCall& call);

// About this thread's last guarded call, where it returned.

// The registers that it had to preserve and did not, as "rbx, r12"; empty if there are none.
std::string lost_registers();
// x86-64: the ymm registers whose upper halves it left in use, where these were zero before: "ymm0, ymm1".
std::string dirty_upper_halves();
// Bytes of stack that it touched, in whole pages; 0 where it ran on its caller's stack.
std::size_t stack_used();
inline constexpr std::size_t largest_stack = std::size_t{16} << 20;

// A sanitizer knows the stacks of its threads and no other, and its own instructions are most of a call.
bool is_sanitized();

#if defined(__x86_64__)
inline constexpr bool has_upper_halves = true;
#else
inline constexpr bool has_upper_halves = false;
#endif

// Whether an instruction is the guard's own, between the judge and the kernel.
bool is_in_call_guard(std::uintptr_t address);

}  // namespace brickproof
