#include "judge/call/signal_state.hpp"

#include <fmt/format.h>

#include <cstring>
#include <vector>

namespace brickproof {
namespace {

bool same(const struct sigaction& a, const struct sigaction& b) {
    return a.sa_sigaction == b.sa_sigaction && a.sa_flags == b.sa_flags;
}

std::string name_of_signal(int signal) {
    const char* name = sigabbrev_np(signal);
    return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

std::string change_of(const struct sigaction& after, int signal) {
    const char* verb = after.sa_handler == SIG_IGN   ? "ignores"
                       : after.sa_handler == SIG_DFL ? "takes away the handler of"
                                                     : "installs a handler of";
    return fmt::format("{} {}", verb, name_of_signal(signal));
}

}  // namespace

SignalState read_signal_state() {
    SignalState state;
    for (int signal = 1; signal < SignalState::most_signals; ++signal)
        sigaction(signal, nullptr, &state.actions[static_cast<std::size_t>(signal)]);
    pthread_sigmask(SIG_SETMASK, nullptr, &state.blocked);
    getitimer(ITIMER_REAL, &state.alarm);
    return state;
}

void restore_signal_state(const SignalState& state) {
    const SignalState now = read_signal_state();
    for (int signal = 1; signal < SignalState::most_signals; ++signal) {
        const auto i = static_cast<std::size_t>(signal);
        if (!same(now.actions[i], state.actions[i])) sigaction(signal, &state.actions[i], nullptr);
    }
    pthread_sigmask(SIG_SETMASK, &state.blocked, nullptr);
    setitimer(ITIMER_REAL, &state.alarm, nullptr);
}

std::string describe_change(const SignalState& before, const SignalState& after) {
    std::vector<std::string> changes;
    for (int signal = 1; signal < SignalState::most_signals; ++signal) {
        const auto i = static_cast<std::size_t>(signal);
        if (!same(before.actions[i], after.actions[i])) changes.push_back(change_of(after.actions[i], signal));
        const bool blocked = sigismember(&after.blocked, signal) == 1;
        if (blocked != (sigismember(&before.blocked, signal) == 1))
            changes.push_back(fmt::format("{} {}", blocked ? "blocks" : "unblocks", name_of_signal(signal)));
    }
    if (before.alarm.it_interval.tv_sec != after.alarm.it_interval.tv_sec ||
        before.alarm.it_interval.tv_usec != after.alarm.it_interval.tv_usec)
        changes.emplace_back("sets the process's alarm timer");
    constexpr std::size_t most_listed = 4;
    const std::size_t unlisted = changes.size() > most_listed ? changes.size() - most_listed : 0;
    changes.resize(changes.size() - unlisted);
    if (unlisted > 0) changes.push_back(fmt::format("and {} more", unlisted));
    return fmt::format("{}", fmt::join(changes, ", "));
}

}  // namespace brickproof
