// The first call of a process, and the first two at once on two threads: a table may be filled there, or a function
// chosen. Each is made in a process of its own, in which the kernel was never called.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>

#include "engine/hash.hpp"
#include "engine/random.hpp"
#include "judge/behaviours.hpp"
#include "judge/call/call_behaviours.hpp"
#include "judge/call/own_process.hpp"
#include "judge/call/second_thread.hpp"
#include "judge/call/single_step.hpp"

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

// The way that a call takes, by its first instructions.
struct Way {
    std::uint64_t steps = 0;
    Fnv1a addresses{};
};
Way way;

bool note_step(std::uintptr_t address) {
    constexpr std::uint64_t most_steps = 800;
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

SecondThread* other_thread = nullptr;
long steps_to_the_stop = 0;
bool was_started = false;

// The other thread makes its call, while this one waits for its end; but only a moment, since the kernel may
// rightly wait for the call that is interrupted.
bool stop_once(std::uintptr_t) {
    if (--steps_to_the_stop > 0) return true;
    was_started = true;
    other_thread->start(1);
    was_started = !other_thread->wait(std::chrono::milliseconds(30));
    return false;
}

// Two threads: the second makes its call after so many instructions of the first's; 0: at the same time.
Answer two_first_calls(Probe& probe, const Case& c, const Case& other, long stop, const Answer& alone) {
    SecondThread second(probe.partner(), other,
                        [&](const Run& of_other) { return digest(of_other) == alone.other_result; });
    other_thread = &second;
    steps_to_the_stop = stop;
    if (stop == 0) second.start(1);
    const Run run = stop == 0 ? probe.run_placed(c, {}) : run_single_stepped(probe.runner(), c, stop_once);
    if (stop == 0 || was_started) second.wait(std::chrono::hours(1));  // its call has limits
    Answer answer;
    if (run.stopped || !second.what_stopped().empty()) {
        answer.found = Answer::Found::stopped;
        answer.say(run.stopped ? run.what : second.what_stopped());
    } else if (digest(run) != alone.result || second.differed()) {
        answer.found = Answer::Found::differs;
    }
    return answer;
}

Outcome judge_pair(Probe& probe, const Case& c, const Case& other, long stop, const Answer& alone) {
    const auto asked =
        ask_in_own_process<Answer>(probe, [&] { return two_first_calls(probe, c, other, stop, alone); });
    if (asked.end == OwnProcess<Answer>::End::early)
        return Outcome::fail("the first two calls of a process, on two threads at once, end it");
    const Answer& answer = asked.answer;
    if (asked.end == OwnProcess<Answer>::End::overdue || answer.found == Answer::Found::nothing)
        return Outcome::pass();
    if (answer.found == Answer::Found::stopped)
        return Outcome::fail(
            fmt::format("of the first two calls of a process, on two threads at once: {}", answer.what.data()));
    return Outcome::fail(
        "the first two calls of a process, on two threads at once, give other results than later ones: is a table "
        "filled at the first call?");
}

Outcome judge_first_call(Probe& probe, std::span<const std::size_t> sizes) {
    const Contract& contract = *probe.kernel().contract;
    const Case c = typical_case(contract, sizes, 5);
    const Case other = typical_case(contract, sizes, 6);
    const auto asked = ask_in_own_process<Answer>(probe, [&] { return first_two_calls(probe, c, other); });
    if (asked.end != OwnProcess<Answer>::End::answered || asked.answer.found == Answer::Found::not_judged)
        return Outcome::discard();
    const Answer& alone = asked.answer;
    const std::string where = describe_sizes(c, contract.size_names);
    if (alone.found == Answer::Found::stopped)
        return Outcome::fail(fmt::format("in the first call of a process, at {}, {}", where, alone.what.data()));
    if (alone.found == Answer::Found::differs)
        return Outcome::fail(
            fmt::format("the first call of a process, at {}, gives another result than the second: {}", where,
                        alone.what.data()));
    if (!alone.goes_another_way) return Outcome::pass();
    constexpr long stops[] = {0, 8, 20, 50, 0, 120, 300, 700, 1'600, 4'000, 0};
    for (const long stop : stops) {
        if (stop > 0 && !can_single_step) continue;
        const Outcome outcome = judge_pair(probe, c, other, stop, alone);
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
