// Calls a kernel so that a crash or an endless loop comes back as a value.
//
// Signals are caught on a stack of their own and left by siglongjmp. A periodic alarm notices a call that does not
// end: it costs nothing per call. What is left of a kernel that was stopped (locks, heap) may be broken: the
// process that judges is a child, and its parent judges on if it dies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "judge/pulse.hpp"

namespace brickproof {

struct Stop {
    enum class Kind { none, signal, timeout, exited };
    Kind kind = Kind::none;
    int signal = 0;
    const void* address = nullptr;  // of a memory fault, where it is known
    bool is_write = false;          // of a memory fault
    double seconds = 0.0;           // of a timeout: how long it was waited for, wall time,
    double cpu_seconds = 0.0;       // and how much of it its thread was running
    double limit = 0.0;             // as set_call_limit() has it
};

// "SIGSEGV (address 0x0)", "no end after 1.0 s of CPU time", ...
std::string describe(const Stop& stop);

// Process-wide handlers; called once by every process that runs kernels.
void install_fault_trap();

// Runs body on this thread. The floating-point environment is put back afterwards.
Stop call_trapped(const std::function<void()>& body);

// How long one call may take, CPU time of its thread; one that is blocked has five times that of wall time, in
// which a thread that waits for a CPU does not count as blocked.
inline constexpr double default_call_limit = 0.6;
void set_call_limit(double seconds);

// From now on every trapped call of this process shows in `pulse`, with its limit.
void watch_calls(Pulse& pulse);

}  // namespace brickproof
