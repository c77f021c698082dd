#include "judge/call/static_writes.hpp"

#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <ctime>

namespace brickproof {
namespace {

constexpr long most_writes = 4'000;
constexpr double most_seconds = 0.2;  // of a call, far less than any limit of time

double seconds_now() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Goes on with one instruction, the store, then raises SIGTRAP.
class OneInstruction {
  public:
#if defined(__x86_64__)
    static constexpr greg_t trap_flag = 0x100;

    void begin(ucontext_t& context) {
        context.uc_mcontext.gregs[REG_EFL] |= trap_flag;
    }
    void end(ucontext_t& context) {
        context.uc_mcontext.gregs[REG_EFL] &= ~trap_flag;
    }
#else
    // A store is not a jump, so the next instruction is the one that lies after it: it becomes a breakpoint.
    void begin(ucontext_t& context) {
        next_ = reinterpret_cast<std::uint32_t*>(context.uc_mcontext.pc + 4);
        const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
        void* first = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(next_) / page * page);
        mprotect(first, page, PROT_READ | PROT_WRITE | PROT_EXEC);
        instruction_ = *next_;
        constexpr std::uint32_t brk = 0xD4200000;
        put(brk);
    }
    void end(ucontext_t&) {
        put(instruction_);
    }

  private:
    void put(std::uint32_t instruction) {
        *next_ = instruction;
        __builtin___clear_cache(reinterpret_cast<char*>(next_), reinterpret_cast<char*>(next_ + 1));
    }

    std::uint32_t* next_ = nullptr;
    std::uint32_t instruction_ = 0;
#endif
};

// Of one call. Not static itself: signal handlers write to it while static data cannot be written.
struct Watch {
    std::span<const StaticData> data;
    OnStaticWrite on_write;
    pthread_t thread = pthread_self();
    bool active = false;
    bool in_store = false;  // its one instruction
    OneInstruction store{};
    long writes = 0;
    double ends_at = 0.0;
    struct sigaction fault_before {};
    struct sigaction trap_before {};

    void protect(int protection) const {
        for (const StaticData& d : data) mprotect(d.begin, d.bytes, protection);
    }
    void begin() {
        ends_at = seconds_now() + most_seconds;
        active = true;
        protect(PROT_READ);
    }
    void end() {
        protect(PROT_READ | PROT_WRITE);
        active = false;
    }
    bool holds(const void* address) const {
        return std::ranges::any_of(data, [&](const StaticData& d) { return d.holds(address); });
    }
};

Watch* watch = nullptr;

void pass_on(const struct sigaction& action, int signal, siginfo_t* info, void* context) {
    if ((action.sa_flags & SA_SIGINFO) != 0) return action.sa_sigaction(signal, info, context);
    sigaction(signal, &action, nullptr);  // and what raised it is executed once more
}

void on_fault(int signal, siginfo_t* info, void* context) {
    const bool is_static_write = watch->active && watch->holds(info->si_addr);
    const bool is_ours = is_static_write && pthread_equal(watch->thread, pthread_self()) != 0;
    if (!is_ours) watch->end();
    if (!is_static_write) return pass_on(watch->fault_before, signal, info, context);
    if (!is_ours) return;
    watch->protect(PROT_READ | PROT_WRITE);
    watch->in_store = true;
    watch->store.begin(*static_cast<ucontext_t*>(context));
}

void on_trap(int signal, siginfo_t* info, void* context) {
    const bool is_ours = watch->in_store && pthread_equal(watch->thread, pthread_self()) != 0;
    if (!is_ours) return pass_on(watch->trap_before, signal, info, context);
    watch->in_store = false;
    watch->store.end(*static_cast<ucontext_t*>(context));
    if (!watch->active) return;  // another thread has written meanwhile
    const bool goes_on = watch->on_write() && ++watch->writes < most_writes && seconds_now() < watch->ends_at;
    if (goes_on)
        watch->protect(PROT_READ);
    else
        watch->end();
}

struct sigaction handled_by(void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    return action;
}

}  // namespace

Run run_stopped_at_static_writes(KernelRunner& runner, const Case& c, std::span<const StaticData> data,
                                 OnStaticWrite on_write) {
    Watch of_this_call{.data = data, .on_write = on_write};
    watch = &of_this_call;
    const struct sigaction fault = handled_by(on_fault);
    const struct sigaction trap = handled_by(on_trap);
    sigaction(SIGSEGV, &fault, &of_this_call.fault_before);
    sigaction(SIGTRAP, &trap, &of_this_call.trap_before);
    Run run = runner.run_between(
        c, {}, [] { watch->begin(); }, [] { watch->end(); });
    of_this_call.end();  // where the call was stopped, too
    sigaction(SIGTRAP, &of_this_call.trap_before, nullptr);
    sigaction(SIGSEGV, &of_this_call.fault_before, nullptr);
    return run;
}

}  // namespace brickproof
