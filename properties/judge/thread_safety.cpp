// Two threads at once. Left to chance, a race on a static buffer shows rarely on a busy machine; so on x86-64
// chance is taken out: the first thread is stopped in the middle of its call, by single-stepping, until the second
// has run the kernel from beginning to end on other data.
#include <fmt/format.h>

#include <semaphore.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <thread>

#include "judge/behaviours.hpp"
#include "judge/call/call_guard.hpp"
#include "judge/call/single_step.hpp"

#if defined(__x86_64__)
#include <ucontext.h>
#endif

namespace brickproof {
namespace {

// The second thread: runs one case whenever it is told to. Semaphores, since one is told from a signal handler.
class Partner {
  public:
    Partner(KernelRunner& runner, const Case& c, const Outputs& expected)
        : runner_(runner), case_(c), expected_(expected) {
        sem_init(&wanted_, 0, 0);
        sem_init(&finished_, 0, 0);
        thread_ = std::thread([this] { serve(); });
    }
    ~Partner() {
        leaving_ = true;
        sem_post(&wanted_);
        thread_.join();
        sem_destroy(&wanted_);
        sem_destroy(&finished_);
    }
    Partner(const Partner&) = delete;
    Partner& operator=(const Partner&) = delete;

    void start(int runs) {
        runs_ = runs;
        sem_post(&wanted_);
    }
    // Waits until the runs are through, but not for ever: a kernel that takes a lock is right too, and in the
    // middle of a call its partner waits for the thread that waits here. False where it gave up.
    bool wait(std::chrono::milliseconds patience) {
        timespec until{};
        clock_gettime(CLOCK_REALTIME, &until);
        constexpr long second = 1'000'000'000;  // ns
        const long nanoseconds = until.tv_nsec + std::chrono::nanoseconds(patience).count();
        until.tv_sec += nanoseconds / second;
        until.tv_nsec = nanoseconds % second;
        while (sem_timedwait(&finished_, &until) != 0)
            if (errno != EINTR) return false;
        return true;
    }
    bool differed() const { return differed_; }

  private:
    void serve() {
        sigset_t alarms;
        sigemptyset(&alarms);
        sigaddset(&alarms, SIGALRM);
        pthread_sigmask(SIG_BLOCK, &alarms, nullptr);
        while (true) {
            while (sem_wait(&wanted_) != 0) {
            }
            if (leaving_) return;
            for (int i = runs_; i > 0; --i) {
                const Run result = runner_.run(case_, {});
                if (result.stopped || result.outputs != expected_) differed_ = true;
            }
            sem_post(&finished_);
        }
    }

    KernelRunner& runner_;
    const Case& case_;
    const Outputs& expected_;
    sem_t wanted_{};
    sem_t finished_{};
    std::atomic<int> runs_{0};
    std::atomic<bool> leaving_{false};
    std::atomic<bool> differed_{false};
    std::thread thread_;
};

#if defined(__x86_64__)

constexpr greg_t trap_flag = 0x100;
constexpr std::chrono::milliseconds lock_patience{300};

struct Stepping {
    Partner* partner = nullptr;
    long most_steps = 0;
    long steps = 0;
    long next_stop = 1;
    bool partner_waits = false;  // for a lock that this call holds
};
thread_local Stepping stepping;

// How long a call will be is not known, and to count its steps first would double what this costs. So stops lie
// close together at first and farther apart later: between two lies at most an eighth of what has been run.
long stop_after(long step) {
    return step + std::max(step / 7, 4L);
}

// Raised behind every instruction while the trap flag is set (Intel SDM vol. 3, 17.3.1.4).
void on_step(int, siginfo_t*, void* context) {
    auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    if (is_in_call_guard(static_cast<std::uintptr_t>(registers[REG_RIP]))) return;
    auto& flags = registers[REG_EFL];
    ++stepping.steps;
    if (stepping.steps == stepping.next_stop) {
        stepping.next_stop = stop_after(stepping.steps);
        stepping.partner->start(1);
        stepping.partner_waits = !stepping.partner->wait(lock_patience);
    }
    if (stepping.partner_waits || stepping.steps >= stepping.most_steps || must_run_free(registers))
        flags &= ~trap_flag;
}

void set_trap_flag() {
    asm volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}
void clear_trap_flag() {
    asm volatile("pushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq" ::: "memory", "cc");
}

// One run of the kernel; the partner runs at every stop.
Run run_stepped(const Case& c, Probe& probe, Partner& partner, long most_steps) {
    stepping = {.partner = &partner, .most_steps = most_steps};
    const Run run = probe.run_between(c, set_trap_flag, clear_trap_flag);
    if (stepping.partner_waits) partner.wait(lock_patience);
    return run;
}

Outcome same_result_when_interleaved(const Case& c, Probe& probe, const Outputs& expected, Partner& partner,
                                     long most_steps) {
    struct sigaction action {};
    action.sa_sigaction = on_step;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    struct sigaction before {};
    sigaction(SIGTRAP, &action, &before);
    const Run run = run_stepped(c, probe, partner, most_steps);
    sigaction(SIGTRAP, &before, nullptr);
    if (run.stopped || run.outputs != expected)
        return Outcome::fail(
            "a second thread that runs it in the middle of a call changes the result of that call");
    if (partner.differed())
        return Outcome::fail("a call made while another thread is in the middle of one gives another result");
    return Outcome::pass();
}

#else

Outcome same_result_when_interleaved(const Case&, Probe&, const Outputs&, Partner&, long) {
    return Outcome::pass();
}

#endif

Outcome same_result_side_by_side(const Case& c, Probe& probe, const Outputs& expected, Partner& partner, int runs) {
    bool differed = false;
    partner.start(runs);
    for (int i = 0; i < runs; ++i) {
        const Run run = probe.run_placed(c, {});
        differed = differed || run.stopped || run.outputs != expected;
    }
    partner.wait(std::chrono::seconds(2));
    if (!differed && !partner.differed()) return Outcome::pass();
    return Outcome::fail(
        "two threads that run it at once, on buffers of their own, get other results than one alone");
}

// The same op at sizes of which single steps go through much of a call: some rows of some blocks, since what one
// block leaves in a static buffer may be what the next call would write there.
std::vector<std::size_t> small_sizes(const Contract& contract, const Sizes& sizes) {
    std::vector<std::size_t> small = clipped_sizes(contract, sizes, 3);
    small.back() = clipped_sizes(contract, sizes, 128).back();
    return small;
}

struct Judgement {
    long steps;  // of a call that the partner interrupts
    int runs;    // side by side
};

Outcome judge_at(std::span<const std::size_t> sizes, Probe& probe, Judgement judgement) {
    const Contract& contract = *probe.kernel().contract;
    const Case c = typical_case(contract, sizes, 5);
    const Case other = typical_case(contract, sizes, 6);
    if (c.operands.front().bytes() == 0) return Outcome::pass();
    const Run alone = probe.run_placed(c, {});
    const Run other_alone = probe.partner().run(other, {});
    if (alone.stopped || other_alone.stopped) return Outcome::discard();
    // A kernel that is not even deterministic on one thread has its own statement.
    if (probe.run_placed(c, {}).outputs != alone.outputs) return Outcome::discard();
    Partner partner(probe.partner(), other, other_alone.outputs);
    const Outcome interleaved = same_result_when_interleaved(c, probe, alone.outputs, partner, judgement.steps);
    if (interleaved.kind != Outcome::Kind::pass || judgement.runs == 0) return interleaved;
    return same_result_side_by_side(c, probe, alone.outputs, partner, judgement.runs);
}

}  // namespace

// Everyday data at the sizes of the case: only those decide which way a kernel goes.
Outcome same_result_on_two_threads(const Case& c, Probe& probe) {
    if (probe.take_long_interleaving()) {
        const Outcome small = judge_at(small_sizes(*probe.kernel().contract, c.sizes), probe, {10'000, 0});
        if (small.kind != Outcome::Kind::pass) return small;
    }
    return judge_at(c.sizes, probe, {1'200, 20});
}

}  // namespace brickproof
