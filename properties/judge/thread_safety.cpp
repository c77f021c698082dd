// Two threads at once. Left to chance, a race on a static buffer shows rarely on a busy machine; so on x86-64
// chance is taken out: the first thread is stopped in the middle of its call, by single-stepping, until the second
// has run the kernel from beginning to end on other data.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "judge/behaviours.hpp"

#if defined(__x86_64__)
#include <ucontext.h>
#endif

namespace brickproof {
namespace {

// The second thread: runs one case whenever it is told to.
class Partner {
  public:
    Partner(KernelRunner& runner, const Case& c, const Outputs& expected)
        : runner_(runner), case_(c), expected_(expected), thread_([this] { serve(); }) {}
    ~Partner() {
        command_ = leave;
        thread_.join();
    }
    Partner(const Partner&) = delete;
    Partner& operator=(const Partner&) = delete;

    // Async-signal-safe. Waits until the partner is through, but not for ever: a kernel that takes a lock is
    // right too, and its partner waits for the thread that waits here.
    void run_once() {
        const int before = runs_;
        command_ = run;
        wait_for_runs(before + 1);
    }
    void start_running() { command_ = keep_running; }
    void stop_running() {
        command_ = wait;
        while (busy_) std::this_thread::yield();
    }
    bool differed() const { return differed_; }

  private:
    enum Command { wait, run, keep_running, leave };

    void serve() {
        sigset_t alarms;
        sigemptyset(&alarms);
        sigaddset(&alarms, SIGALRM);
        pthread_sigmask(SIG_BLOCK, &alarms, nullptr);
        for (int command = wait; (command = command_) != leave;) {
            if (command == wait) {
                std::this_thread::yield();
                continue;
            }
            busy_ = true;
            if (command == run) command_ = wait;
            const Run result = runner_.run(case_, {});
            if (result.stopped || result.outputs != expected_) differed_ = true;
            ++runs_;
            busy_ = false;
        }
    }
    void wait_for_runs(int wanted) {
        timespec start{};
        clock_gettime(CLOCK_MONOTONIC, &start);
        for (timespec now = start; runs_ < wanted; clock_gettime(CLOCK_MONOTONIC, &now)) {
            if (now.tv_sec - start.tv_sec > 1) return;
            sched_yield();
        }
    }

    KernelRunner& runner_;
    const Case& case_;
    const Outputs& expected_;
    std::atomic<int> command_{wait};
    std::atomic<int> runs_{0};
    std::atomic<bool> busy_{false};
    std::atomic<bool> differed_{false};
    std::thread thread_;
};

#if defined(__x86_64__)

constexpr greg_t trap_flag = 0x100;
constexpr long most_steps = 30'000;

struct Stepping {
    long steps = 0;
    long stop_at = -1;  // -1: count only
    Partner* partner = nullptr;
};
thread_local Stepping stepping;

// Raised behind every instruction while the trap flag is set (Intel SDM vol. 3, 17.3.1.4).
void on_step(int, siginfo_t*, void* context) {
    auto& flags = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL];
    ++stepping.steps;
    const bool here = stepping.steps == stepping.stop_at;
    if (here) stepping.partner->run_once();
    if (here || stepping.steps > most_steps) flags &= ~trap_flag;
}

void set_trap_flag() {
    asm volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}
void clear_trap_flag() {
    asm volatile("pushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}

// One run of the kernel, interrupted behind its stop_at-th instruction.
Run run_stepped(const Case& c, Probe& probe, long stop_at, Partner* partner) {
    stepping = {0, stop_at, partner};
    return probe.run_between(c, set_trap_flag, clear_trap_flag);
}

Outcome same_result_when_interleaved(const Case& c, Probe& probe, const Outputs& expected, Partner& partner) {
    struct sigaction action {};
    action.sa_sigaction = on_step;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    struct sigaction before {};
    sigaction(SIGTRAP, &action, &before);
    run_stepped(c, probe, -1, nullptr);
    const long total = stepping.steps;
    Outcome outcome = Outcome::pass();
    for (long k = 1; k <= 6 && outcome.kind == Outcome::Kind::pass; ++k) {
        const Run run = run_stepped(c, probe, total * k / 7, &partner);
        if (run.stopped || run.outputs != expected)
            outcome = Outcome::fail(
                "a second thread that runs it in the middle of a call changes the result of that call");
        else if (partner.differed())
            outcome =
                Outcome::fail("a call made while another thread is in the middle of one gives another result");
    }
    sigaction(SIGTRAP, &before, nullptr);
    return outcome;
}

#else

Outcome same_result_when_interleaved(const Case&, Probe&, const Outputs&, Partner&) {
    return Outcome::pass();
}

#endif

Outcome same_result_side_by_side(const Case& c, Probe& probe, const Outputs& expected, Partner& partner) {
    constexpr int runs = 60;
    bool differed = false;
    partner.start_running();
    for (int i = 0; i < runs && !differed; ++i) {
        const Run run = probe.run_placed(c, {});
        differed = run.stopped || run.outputs != expected;
    }
    partner.stop_running();
    if (!differed && !partner.differed()) return Outcome::pass();
    return Outcome::fail(
        "two threads that run it at once, on buffers of their own, get other results than one alone");
}

}  // namespace

Outcome same_result_on_two_threads(const Case& c, Probe& probe) {
    Case other;
    probe.kernel().contract->typical(c.sizes, 7, other);
    const Run alone = probe.run_placed(c, {});
    const Run other_alone = probe.partner().run(other, {});
    if (alone.stopped || other_alone.stopped) return Outcome::discard();
    // A kernel that is not even deterministic on one thread has its own statement.
    if (probe.run_placed(c, {}).outputs != alone.outputs) return Outcome::discard();
    Partner partner(probe.partner(), other, other_alone.outputs);
    constexpr std::size_t small = 2048;  // bytes: single steps are slow
    if (c.operands.front().bytes() <= small) {
        const Outcome interleaved = same_result_when_interleaved(c, probe, alone.outputs, partner);
        if (interleaved.kind != Outcome::Kind::pass) return interleaved;
    }
    return same_result_side_by_side(c, probe, alone.outputs, partner);
}

}  // namespace brickproof
