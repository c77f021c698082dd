// How long a kernel may take, from one number: what a command's --timeout gives it.
#pragma once

#include <algorithm>
#include <limits>

namespace brickproof {

inline constexpr double unlimited = std::numeric_limits<double>::infinity();

// All in seconds. The cases are small: a call takes microseconds, the slowest scalar kernel under a sanitizer or an
// emulator some ten milliseconds.
struct TimeLimits {
    double kernel = unlimited;  // for all that is judged of a kernel, wall time

    // CPU time of one call, on its thread.
    double call() const { return std::clamp(kernel / 40.0, 0.1, 0.6); }
    // The same where a kernel was seen to hang before: there is less to learn from the next hang.
    double hurried_call() const { return call() / 6.0; }
    // A blocked call, wall time.
    double blocked_call() const { return 5.0 * call(); }
    // A call that no signal ends; its process is killed. Longer than what the signal waits for.
    double lost_call() const { return 10.0 * call(); }
    // Waiting for calls that hang, all together.
    double all_hangs() const { return std::min(15.0, kernel / 2.0); }
};

}  // namespace brickproof
