#include "judge/call/single_step.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include "judge/call/call_guard.hpp"

#if defined(__x86_64__)
#include <sys/syscall.h>
#include <ucontext.h>
#endif

namespace brickproof {

#if defined(__x86_64__)
namespace {

constexpr greg_t trap_flag = 0x100;

thread_local OnInstruction current_watch = nullptr;

// The next instruction asks the kernel of the system to block signals, or to start a thread or a process: single
// steps must end before. A trap while SIGTRAP is blocked ends the process.
bool must_run_free(const gregset_t& registers) {
    const auto* next = reinterpret_cast<const unsigned char*>(registers[REG_RIP]);
    if (next[0] != 0x0F || next[1] != 0x05) return false;  // syscall
    constexpr std::array calls = {SYS_rt_sigprocmask, SYS_clone, SYS_clone3, SYS_fork, SYS_vfork};
    return std::ranges::find(calls, registers[REG_RAX]) != calls.end();
}

// Raised after every instruction while the trap flag is set (Intel SDM vol. 3, 17.3.1.4).
void on_step(int, siginfo_t*, void* context) {
    auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    const auto next = static_cast<std::uintptr_t>(registers[REG_RIP]);
    if ((!is_in_call_guard(next) && !current_watch(next)) || must_run_free(registers))
        registers[REG_EFL] &= ~trap_flag;
}

void set_trap_flag() {
    asm volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}
void clear_trap_flag() {
    asm volatile("pushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}

}  // namespace

Run run_single_stepped(KernelRunner& runner, const Case& c, OnInstruction on_instruction) {
    struct sigaction action {};
    action.sa_sigaction = on_step;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    struct sigaction before {};
    sigaction(SIGTRAP, &action, &before);
    current_watch = on_instruction;
    Run run = runner.run_between(c, {}, set_trap_flag, clear_trap_flag);
    sigaction(SIGTRAP, &before, nullptr);
    return run;
}

#else

Run run_single_stepped(KernelRunner& runner, const Case& c, OnInstruction) {
    return runner.run(c, {});
}

#endif

}  // namespace brickproof
