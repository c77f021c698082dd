#include "judge/fault_trap.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <pthread.h>
#include <setjmp.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "judge/fp_environment.hpp"
#include "judge/time_limits.hpp"

namespace brickproof {
namespace {

struct TrappedCall {
    sigjmp_buf where;
    volatile std::sig_atomic_t active = 0;
    Stop stop;
    std::uint64_t number = 0;       // of calls on this thread
    std::uint64_t seen_number = 0;  // at the last tick
    double seen_cpu = 0.0;
    int ticks = 0;  // since then
};

thread_local TrappedCall current;
std::atomic<double> call_limit{default_call_limit};
std::atomic<Pulse*> watched{nullptr};
constexpr suseconds_t tick_us = 50'000;
constexpr std::array crash_signals = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};
// What ends a process that does not handle it, or asks it to end: a kernel's where it sends them to its own
// process, and the process's where they come from elsewhere.
constexpr std::array sent_signals = {SIGHUP,  SIGINT,    SIGQUIT, SIGPIPE, SIGALRM, SIGTERM, SIGUSR1,  SIGUSR2,
                                     SIGPROF, SIGVTALRM, SIGXCPU, SIGXFSZ, SIGPOLL, SIGPWR,  SIGSTKFLT};
// What was done on the latter before the trap was installed.
std::array<struct sigaction, 65> handled_before{};

double seconds(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

#if defined(__x86_64__)
bool fault_was_write(const void* context) {
    const auto* registers = static_cast<const ucontext_t*>(context);
    return (registers->uc_mcontext.gregs[REG_ERR] & 2) !=
           0;  // page-fault error code, bit 1 (Intel SDM vol. 3, 4.7)
}
#else
// Does this A64 instruction store? Arm Architecture Reference Manual, C4.1 "Loads and Stores"; bit 22 is L, for
// load, but in the register forms bits 23:22 are opc. DC ZVA, with which memset clears, is a system instruction.
bool is_store(std::uint32_t instruction) {
    const auto bits = [instruction](int high, int low) {
        return instruction >> low & ((std::uint32_t{1} << (high - low + 1)) - 1);
    };
    constexpr std::uint32_t dc_zva = 0xd50b7420;
    if ((instruction & ~std::uint32_t{31}) == dc_zva) return true;
    if (bits(27, 27) == 0 || bits(25, 25) == 1) return false;
    const bool vector = bits(26, 26) == 1;
    const bool whole_vector_register = vector && bits(31, 30) == 0 && bits(23, 22) == 2;
    if (bits(29, 27) == 7) return bits(23, 22) == 0 || whole_vector_register;
    const bool literal = bits(29, 27) == 3 && bits(24, 24) == 0;
    return !literal && bits(22, 22) == 0;
}

// The kernel puts the syndrome register into the extension records of the frame (arm64 sigcontext.h); emulators
// that write none leave the instruction, which is readable unless fetching it was the fault.
bool fault_was_write(const void* context) {
    struct Record {
        std::uint32_t magic;
        std::uint32_t size;
        std::uint64_t value;
    };
    constexpr std::uint32_t esr_magic = 0x45535201;
    const auto* machine = &static_cast<const ucontext_t*>(context)->uc_mcontext;
    const auto* at = reinterpret_cast<const std::byte*>(machine->__reserved);
    const std::byte* end = at + sizeof(machine->__reserved);
    while (at + sizeof(Record) <= end) {
        Record record{};
        std::memcpy(&record, at, sizeof(record));
        if (record.magic == esr_magic) return (record.value >> 6 & 1) != 0;  // WnR
        if (record.magic == 0 || record.size == 0) break;
        at += record.size;
    }
    if (machine->pc == machine->fault_address) return false;
    std::uint32_t instruction = 0;
    std::memcpy(&instruction, reinterpret_cast<const void*>(machine->pc), sizeof(instruction));
    return is_store(instruction);
}
#endif

void leave_call(const Stop& stop) {
    current.stop = stop;
    siglongjmp(current.where, 1);
}

void on_signal(int signal, siginfo_t* info, void* context) {
    if (current.active == 0) {  // not a kernel's: a bug of ours, with its own core dump
        std::signal(signal, SIG_DFL);
        std::raise(signal);
        return;
    }
    const bool memory = signal == SIGSEGV || signal == SIGBUS;
    leave_call({Stop::Kind::signal, signal, memory ? info->si_addr : nullptr, memory && fault_was_write(context)});
}

void on_tick() {
    if (current.active == 0) return;
    const double cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
    if (current.seen_number != current.number) {
        current.seen_number = current.number;
        current.seen_cpu = cpu;
        current.ticks = 0;
        return;
    }
    // A blocked thread is woken by each tick; one that waits for a CPU, or is stopped with the machine, misses
    // most.
    const double waited = 1e-6 * static_cast<double>(++current.ticks * tick_us);
    const double used = cpu - current.seen_cpu;
    const double limit = call_limit.load();
    if (used > limit || waited > blocked_factor * limit)
        leave_call({.kind = Stop::Kind::timeout, .seconds = waited, .cpu_seconds = used, .limit = limit});
}

bool sent_by_this_process(const siginfo_t& info) {
    return (info.si_code == SI_TKILL || info.si_code == SI_USER || info.si_code == SI_QUEUE) &&
           info.si_pid == getpid();
}

void on_sent_signal(int signal, siginfo_t* info, void* context) {
    if (current.active != 0 && sent_by_this_process(*info))
        leave_call({Stop::Kind::signal, signal, nullptr, false});
    if (signal == SIGALRM) return on_tick();
    const struct sigaction& before = handled_before[static_cast<std::size_t>(signal)];
    if ((before.sa_flags & SA_SIGINFO) != 0) return before.sa_sigaction(signal, info, context);
    if (before.sa_handler == SIG_IGN) return;
    if (before.sa_handler != SIG_DFL) return before.sa_handler(signal);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

// A stack for this thread's signal handlers, since a kernel may have run out of the other. What was there before
// comes back when the thread ends: sanitizers give each thread one, and release it.
class SignalStack {
  public:
    SignalStack() {
        stack_t ours{};
        ours.ss_sp = bytes_.data();
        ours.ss_size = bytes_.size();
        sigaltstack(&ours, &before_);
    }
    SignalStack(const SignalStack&) = delete;
    SignalStack& operator=(const SignalStack&) = delete;
    ~SignalStack() { sigaltstack(&before_, nullptr); }

  private:
    std::vector<std::byte> bytes_ = std::vector<std::byte>(std::size_t{1} << 16);
    stack_t before_{};
};

void handle(int signal, void (*handler)(int, siginfo_t*, void*), int flags) {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | flags;
    sigemptyset(&action.sa_mask);
    struct sigaction before {};
    sigaction(signal, &action, &before);
    if (before.sa_sigaction != handler) handled_before[static_cast<std::size_t>(signal)] = before;
}

}  // namespace

std::string describe(const Stop& stop) {
    switch (stop.kind) {
        case Stop::Kind::none:
            return "it returned";
        case Stop::Kind::timeout:
            return stop.cpu_seconds > stop.limit
                       ? fmt::format(
                             "it did not return: stopped after {:.2f} s of CPU time, of which it has {:.2g} s",
                             stop.cpu_seconds, stop.limit)
                       : fmt::format("it did not return: blocked for {:.2f} s, of which it has {:.2g} s",
                                     stop.seconds, blocked_factor * stop.limit);
        case Stop::Kind::exited:
            return "it called exit()";
        case Stop::Kind::signal:
            break;
    }
    const char* name = sigabbrev_np(stop.signal);
    const bool sent = std::ranges::find(sent_signals, stop.signal) != sent_signals.end();
    std::string text = fmt::format("it {} SIG{}", sent ? "raised" : "died of", name != nullptr ? name : "?");
    if (stop.signal == SIGSEGV || stop.signal == SIGBUS)
        text += fmt::format(" (address {}{})", fmt::ptr(stop.address),
                            stop.address == nullptr ? ": null, or an instruction that needs aligned memory" : "");
    return text;
}

void install_fault_trap() {
    for (const int signal : crash_signals) handle(signal, on_signal, 0);
    for (const int signal : sent_signals) handle(signal, on_sent_signal, SA_RESTART);
    const itimerval timer{{0, tick_us}, {0, tick_us}};
    setitimer(ITIMER_REAL, &timer, nullptr);
}

Stop call_trapped(const std::function<void()>& body) {
    thread_local const SignalStack signal_stack;
    const FpEnvironment before = read_fp_environment();
    Pulse* pulse = watched.load();
    current.stop = {};
    ++current.number;
    if (pulse != nullptr) pulse->begin_call(call_limit.load());
    if (sigsetjmp(current.where, 0) == 0) {
        current.active = 1;
        body();
    }
    current.active = 0;
    if (pulse != nullptr) pulse->end_call();
    restore_fp_environment(before);
    return current.stop;
}

void set_call_limit(double limit) {
    call_limit = limit;
}

void watch_calls(Pulse& pulse) {
    watched = &pulse;
}

}  // namespace brickproof

// Stands before the C library's exit(), for kernels in plug-ins too: inside a kernel that one would run the judge's
// own static destructors and end the judge with the kernel's exit code.
extern "C" __attribute__((noreturn, visibility("default"))) void exit(int status) noexcept {
    using namespace brickproof;
    if (current.active != 0) leave_call({Stop::Kind::exited, 0, nullptr, false});
    const auto next = reinterpret_cast<void (*)(int)>(dlsym(RTLD_NEXT, "exit"));
    next(status);
    std::abort();
}
