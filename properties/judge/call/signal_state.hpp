// What a process does on signals, which a kernel has no business to change.
#pragma once

#include <sys/time.h>

#include <array>
#include <csignal>
#include <string>

namespace brickproof {

struct SignalState {
    static constexpr int most_signals = 65;
    std::array<struct sigaction, most_signals> actions{};  // by number
    sigset_t blocked{};                                    // by this thread
    itimerval alarm{};
};

SignalState read_signal_state();
void restore_signal_state(const SignalState& state);

// "handles SIGSEGV, blocks SIGINT", ... as a sentence's predicate; empty where nothing differs. The time that is
// left to the next alarm may.
std::string describe_change(const SignalState& before, const SignalState& after);

}  // namespace brickproof
