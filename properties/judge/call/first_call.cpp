// The first call of a process, and the first two at once on two threads: a table may be filled there, or a function
// chosen. Each is made in a process of its own, in which the kernel was never called.
#include <fmt/format.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <optional>
#include <thread>

#include "engine/hash.hpp"
#include "engine/random.hpp"
#include "judge/behaviours.hpp"
#include "judge/call/call_behaviours.hpp"
#include "judge/call/single_step.hpp"
#include "judge/child_process.hpp"

namespace brickproof {
namespace {

std::uint64_t digest(const Run& run) {
    Fnv1a hash;
    for (const auto& array : run.outputs.arrays)
        for (const std::byte byte : array) hash.add(std::to_integer<std::uint64_t>(byte));
    return hash.value();
}

// What a process found, as it goes through a pipe.
struct Answer {
    enum class Found { nothing, not_judged, stopped, differs };
    Found found = Found::nothing;
    bool goes_another_way = true;  // the first call executes other instructions than the second
    std::uint64_t result = 0;      // digests, of the case and of the other one
    std::uint64_t other_result = 0;
    std::array<char, 160> what{};

    void say(std::string_view text) { text.copy(what.data(), what.size() - 1); }
};

// None where the process ended early, or had to be ended.
std::optional<Answer> answer_of_a_fresh_process(const std::function<Answer()>& question) {
    constexpr int patience_ms = 4000;
    const TellingChild child = start_telling_child([&](int pipe) {
        const Answer answer = question();
        tell_parent(pipe, {reinterpret_cast<const char*>(&answer), sizeof(answer)});
    });
    pollfd end{child.pipe, POLLIN, 0};
    int ready = 0;
    do ready = poll(&end, 1, patience_ms);
    while (ready < 0 && errno == EINTR);
    Answer answer;
    ssize_t count = 0;
    if (ready > 0) do
            count = read(child.pipe, &answer, sizeof(answer));
        while (count < 0 && errno == EINTR);
    close(child.pipe);
    kill(child.id, SIGKILL);
    while (waitpid(child.id, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (count != static_cast<ssize_t>(sizeof(answer))) return std::nullopt;
    return answer;
}

// The way that a call takes, by its first instructions.
struct Way {
    std::uint64_t steps = 0;
    Fnv1a addresses{};
};
Way way;

bool note_step(std::uintptr_t address) {
    constexpr std::uint64_t most_steps = 1'500;
    way.addresses.add(address);
    return ++way.steps < most_steps;
}

Run run_noting_its_way(Probe& probe, const Case& c) {
    way = {};
    return run_single_stepped(probe.runner(), c, note_step);
}

// Alone: the first call beside the second, and what both threads should get.
Answer first_two_calls(Probe& probe, const Case& c, const Case& other) {
    Answer answer;
    const Run first = run_noting_its_way(probe, c);
    const Way first_way = way;
    const Run second = run_noting_its_way(probe, c);
    answer.goes_another_way = !can_single_step || first_way.addresses.value() != way.addresses.value();
    const Run third = probe.run_placed(c, {});
    const Run of_other = probe.run_placed(other, {});
    answer.result = digest(second);
    answer.other_result = digest(of_other);
    if (second.stopped || third.stopped || of_other.stopped || third.outputs != second.outputs) {
        answer.found = Answer::Found::not_judged;  // other statements see that
    } else if (first.stopped) {
        answer.found = Answer::Found::stopped;
        answer.say(first.what);
    } else if (first.outputs != second.outputs) {
        answer.found = Answer::Found::differs;
        answer.say(first_difference(c, second.outputs, first.outputs));
    }
    return answer;
}

// The other thread of the first two calls.
class OtherThread {
  public:
    OtherThread(KernelRunner& runner, const Case& c) : runner_(runner), case_(c) {
        sem_init(&wanted_, 0, 0);
        sem_init(&finished_, 0, 0);
        thread_ = std::thread([this] { serve(); });
    }
    OtherThread(const OtherThread&) = delete;
    OtherThread& operator=(const OtherThread&) = delete;
    ~OtherThread() {
        start();
        if (thread_.joinable()) thread_.join();
        sem_destroy(&wanted_);
        sem_destroy(&finished_);
    }

    // From a signal handler, too. Waits a moment for the end of the call, but no longer: the kernel may rightly
    // wait for the call that is interrupted.
    void start() {
        if (!started_.exchange(true)) sem_post(&wanted_);
    }
    void start_and_wait() {
        start();
        constexpr long patience = 30'000'000;  // ns
        constexpr long second = 1'000'000'000;
        timespec until{};
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += (until.tv_nsec + patience) / second;
        until.tv_nsec = (until.tv_nsec + patience) % second;
        while (sem_timedwait(&finished_, &until) != 0 && errno == EINTR) {
        }
    }
    const Run& result() {
        start();
        thread_.join();
        return run_;
    }

  private:
    void serve() {
        sigset_t alarms;
        sigemptyset(&alarms);
        sigaddset(&alarms, SIGALRM);
        pthread_sigmask(SIG_BLOCK, &alarms, nullptr);
        while (sem_wait(&wanted_) != 0) {
        }
        run_ = runner_.run(case_, {});
        sem_post(&finished_);
    }

    KernelRunner& runner_;
    const Case& case_;
    Run run_;
    sem_t wanted_{};
    sem_t finished_{};
    std::atomic<bool> started_{false};
    std::thread thread_;
};

OtherThread* other_thread = nullptr;
long steps_to_the_stop = 0;

bool stop_once(std::uintptr_t) {
    if (--steps_to_the_stop > 0) return true;
    other_thread->start_and_wait();
    return false;
}

// Two threads: the second makes its call after so many instructions of the first's; 0: at the same time.
Answer two_first_calls(Probe& probe, const Case& c, const Case& other, long stop, const Answer& alone) {
    OtherThread second(probe.partner(), other);
    other_thread = &second;
    steps_to_the_stop = stop;
    if (stop == 0) second.start();
    const Run run = stop == 0 ? probe.run_placed(c, {}) : run_single_stepped(probe.runner(), c, stop_once);
    const Run& of_other = second.result();
    Answer answer;
    if (run.stopped || of_other.stopped) {
        answer.found = Answer::Found::stopped;
        answer.say(run.stopped ? run.what : of_other.what);
    } else if (digest(run) != alone.result || digest(of_other) != alone.other_result) {
        answer.found = Answer::Found::differs;
    }
    return answer;
}

Outcome judge_pair(Probe& probe, const Case& c, const Case& other, long stop, const Answer& alone) {
    const auto answer = answer_of_a_fresh_process([&] { return two_first_calls(probe, c, other, stop, alone); });
    if (!answer)
        return Outcome::fail("the first two calls of a process, on two threads at once, end it or do not end");
    if (answer->found == Answer::Found::stopped)
        return Outcome::fail(
            fmt::format("of the first two calls of a process, on two threads at once: {}", answer->what.data()));
    if (answer->found == Answer::Found::nothing) return Outcome::pass();
    return Outcome::fail(
        "the first two calls of a process, on two threads at once, give other results than later ones: is a table "
        "filled at the first call?");
}

Outcome judge_first_call(Probe& probe, std::span<const std::size_t> sizes) {
    const Contract& contract = *probe.kernel().contract;
    const Case c = typical_case(contract, sizes, 5);
    const Case other = typical_case(contract, sizes, 6);
    const auto alone = answer_of_a_fresh_process([&] { return first_two_calls(probe, c, other); });
    if (!alone || alone->found == Answer::Found::not_judged) return Outcome::discard();
    const std::string where = describe_sizes(c, contract.signature);
    if (alone->found == Answer::Found::stopped)
        return Outcome::fail(fmt::format("in the first call of a process, at {}, {}", where, alone->what.data()));
    if (alone->found == Answer::Found::differs)
        return Outcome::fail(
            fmt::format("the first call of a process, at {}, gives another result than the second: {}", where,
                        alone->what.data()));
    if (!alone->goes_another_way) return Outcome::pass();
    constexpr long stops[] = {0, 8, 20, 50, 0, 120, 300, 700, 1'600, 4'000, 0};
    for (const long stop : stops) {
        if (stop > 0 && !can_single_step) continue;
        const Outcome outcome = judge_pair(probe, c, other, stop, *alone);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

}  // namespace

// Of a few sizes, since a kernel may have a path for each.
Outcome first_call_is_like_others(const Case&, Probe& probe) {
    constexpr int most_cases = 5;
    const Contract& contract = *probe.kernel().contract;
    Random random(2);
    bool judged = false;
    for (int i = 0; i < most_cases; ++i) {
        Bytes bytes(16);
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
        const Case c = decode_case(contract, bytes, probe.assumed());
        if (c.operands.front().bytes() == 0) continue;
        const Outcome outcome = judge_first_call(probe, c.sizes);
        if (outcome.kind == Outcome::Kind::fail) return outcome;
        if (outcome.kind == Outcome::Kind::discard) break;
        judged = true;
    }
    return judged ? Outcome::pass() : Outcome::discard();
}

}  // namespace brickproof
