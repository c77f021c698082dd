// One call of a kernel that is stopped right after each write to static data: where a second call would disturb it
// if they shared a buffer. Left to chance, or to single steps at some distance, that shows now and then only.
#pragma once

#include "judge/call/kernel_code.hpp"
#include "judge/kernel_runner.hpp"

namespace brickproof {

// Called in a signal handler on the thread that makes the call, with all data writable; false lets the rest of the
// call run freely.
using OnStaticWrite = bool (*)();

// In a process of its own only: the pages of `data` are read-only meanwhile, so that the system calls of a kernel
// may fail where they would write there, and a write while all signals are blocked ends the process. The rest of a
// call runs freely after some thousand writes, or where another thread writes.
Run run_stopped_at_static_writes(KernelRunner& runner, const Case& c, std::span<const StaticData> data,
                                 OnStaticWrite on_write);

}  // namespace brickproof
