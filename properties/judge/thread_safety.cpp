// Two threads at once. Left to chance, a race on a static buffer shows rarely on a busy machine; so chance is taken
// out: the first thread is stopped in the middle of its call, after writes to static data and by single-stepping,
// until the second has run the kernel from beginning to end on other data.
#include <algorithm>
#include <chrono>
#include <functional>
#include <initializer_list>
#include <limits>

#include "judge/behaviours.hpp"
#include "judge/call/own_process.hpp"
#include "judge/call/second_thread.hpp"
#include "judge/call/single_step.hpp"
#include "judge/call/static_writes.hpp"

namespace brickproof {
namespace {

// The call of the first thread that is stopped again and again.
struct Interrupted {
    SecondThread* second = nullptr;
    std::chrono::milliseconds patience{};  // with the second thread
    long most_steps = 0;                   // after which it runs freely
    long steps = 0;
    long next_stop = 1;
    bool second_waits = false;  // for a lock that this call holds
};
thread_local Interrupted interrupted;

// How long a call will be is not known, and to count its steps first would double what this costs. So stops lie
// close together at first and farther apart later: between two lies at most an eighth of what has been run.
bool step() {
    Interrupted& call = interrupted;
    if (++call.steps == call.next_stop) {
        call.next_stop += std::max(call.steps / 7, 4L);
        call.second->start(1);
        call.second_waits = !call.second->wait(call.patience);
    }
    return !call.second_waits && call.steps < call.most_steps;
}

bool step_instruction(std::uintptr_t) {
    return step();
}

// Once it was seen to hold a lock, it is not waited for long.
std::chrono::milliseconds patience_with(const Probe& probe) {
    return std::chrono::milliseconds(probe.locks() ? 20 : 300);
}

Outcome judge_interrupted(const Run& run, const Outputs& expected, SecondThread& second) {
    if (interrupted.second_waits) second.wait(std::chrono::seconds(2));
    if (run.stopped || run.outputs != expected)
        return Outcome::fail(
            "a second thread that runs it in the middle of a call changes the result of that call");
    if (second.differed())
        return Outcome::fail("a call made while another thread is in the middle of one gives another result");
    return Outcome::pass();
}

// What the threads do, and what comes out where each is alone.
struct Pair {
    const Case& c;
    const Case& other;
    Outputs expected{};
    Outputs other_expected{};
    bool can_be_judged = false;

    Pair(Probe& probe, const Case& first, const Case& second) : c(first), other(second) {
        Run alone = probe.run_placed(c, {});
        Run other_alone = probe.partner().run(other, {});
        if (alone.stopped || other_alone.stopped) return;
        expected = std::move(alone.outputs);
        other_expected = std::move(other_alone.outputs);
        // A kernel that is not even deterministic on one thread has its own statement.
        can_be_judged = probe.run_placed(c, {}).outputs == expected;
    }
    SecondThread second_thread(Probe& probe) const {
        return {probe.partner(), other, [this](const Run& run) { return run.outputs == other_expected; }};
    }
};

Outcome same_result_single_stepped(Probe& probe, const Pair& pair, long most_steps) {
    if (!can_single_step || most_steps == 0) return Outcome::pass();
    SecondThread second = pair.second_thread(probe);
    interrupted = {.second = &second, .patience = patience_with(probe), .most_steps = most_steps};
    const Run run = run_single_stepped(probe.runner(), pair.c, step_instruction);
    if (interrupted.second_waits) probe.note_lock();
    return judge_interrupted(run, pair.expected, second);
}

// What a process of its own says: whether the first thread's result changed, or the second's.
struct Changed {
    bool first = false;
    bool second = false;
    bool holds_a_lock = false;  // for which the second thread waits
};

// Where it also changes what the kernel gives if nobody disturbs its call, this way of watching it is at fault: its
// system calls may not write to static data.
Changed changed_at_static_writes(Probe& probe, const Pair& pair, std::span<const StaticData> data) {
    interrupted = {};
    const Run alone = run_stopped_at_static_writes(probe.runner(), pair.c, data, [] {
        ++interrupted.steps;
        return true;
    });
    if (interrupted.steps == 0 || alone.stopped || alone.outputs != pair.expected) return {};
    SecondThread second = pair.second_thread(probe);
    interrupted = {
        .second = &second, .patience = patience_with(probe), .most_steps = std::numeric_limits<long>::max()};
    const Run run = run_stopped_at_static_writes(probe.runner(), pair.c, data, step);
    if (interrupted.second_waits) second.wait(std::chrono::seconds(2));
    return {.first = run.stopped || run.outputs != pair.expected,
            .second = second.differed(),
            .holds_a_lock = interrupted.second_waits};
}

Outcome same_result_at_static_writes(Probe& probe, const Pair& pair) {
    // A thread of the kernel's own does not live on in a process that is made; a sanitizer's functions write, too.
    if (!probe.may_watch_static_writes()) return Outcome::pass();
    const std::vector<StaticData> data = static_data_of(probe.kernel());
    const auto asked =
        ask_in_own_process<Changed>(probe, [&] { return changed_at_static_writes(probe, pair, data); });
    if (asked.end != OwnProcess<Changed>::End::answered) probe.stop_watching_static_writes();
    if (asked.answer.holds_a_lock) probe.note_lock();
    if (asked.answer.first)
        return Outcome::fail(
            "a second thread that runs it in the middle of a call, after a write to static data, changes the "
            "result "
            "of that call");
    if (asked.answer.second)
        return Outcome::fail(
            "a call made while another thread is in the middle of one, and has written to static data, gives "
            "another result");
    return Outcome::pass();
}

Outcome same_result_side_by_side(Probe& probe, const Pair& pair, int runs) {
    bool differed = false;
    SecondThread second = pair.second_thread(probe);
    second.start(runs);
    for (int i = 0; i < runs; ++i) {
        const Run run = probe.run_placed(pair.c, {});
        differed = differed || run.stopped || run.outputs != pair.expected;
    }
    second.wait(std::chrono::seconds(2));
    if (!differed && !second.differed()) return Outcome::pass();
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

// The first of these that does not pass.
Outcome first_objection(std::initializer_list<std::function<Outcome()>> questions) {
    for (const auto& question : questions)
        if (Outcome outcome = question(); outcome.kind != Outcome::Kind::pass) return outcome;
    return Outcome::pass();
}

Outcome judge_small(Probe& probe, const Sizes& sizes) {
    constexpr long most_steps = 4'000;
    const Contract& contract = *probe.kernel().contract;
    const auto small = small_sizes(contract, sizes);
    const Case c = typical_case(contract, small, 5);
    const Case other = typical_case(contract, small, 6);
    if (c.operands.front().bytes() == 0) return Outcome::pass();
    const Pair pair(probe, c, other);
    return pair.can_be_judged ? same_result_single_stepped(probe, pair, most_steps) : Outcome::discard();
}

}  // namespace

// Everyday data at the sizes of the case, since those decide which way a kernel goes, and the case's own data.
Outcome same_result_on_two_threads(const Case& c, Probe& probe) {
    constexpr int runs = 20;
    const Interleaving interleaving = probe.next_interleaving();
    if (interleaving.small)
        if (const Outcome small = judge_small(probe, c.sizes); small.kind != Outcome::Kind::pass) return small;
    const Contract& contract = *probe.kernel().contract;
    const Case everyday = typical_case(contract, c.sizes, 5);
    const Case other = typical_case(contract, c.sizes, 6);
    if (everyday.operands.front().bytes() == 0) return Outcome::pass();
    const Pair pair(probe, everyday, other);
    if (!pair.can_be_judged) return Outcome::discard();
    return first_objection({[&] { return same_result_at_static_writes(probe, pair); },
                            [&] { return same_result_single_stepped(probe, pair, interleaving.steps); },
                            [&] { return same_result_side_by_side(probe, pair, runs); },
                            [&] {
                                const Pair own(probe, c, other);
                                return own.can_be_judged ? same_result_at_static_writes(probe, own)
                                                         : Outcome::pass();
                            }});
}

}  // namespace brickproof
