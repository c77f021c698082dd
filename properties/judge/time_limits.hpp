// How long a kernel may take, from one number: what a command's --timeout gives it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace brickproof {

inline constexpr double unlimited = std::numeric_limits<double>::infinity();
// Where nothing else is said: one of ours takes a second, some ten in an emulator.
inline constexpr double usual_kernel_seconds = 60.0;

// All in seconds, and in proportion. The cases are small: a call takes microseconds, the slowest scalar kernel
// under a sanitizer or in an emulator some ten milliseconds.
struct TimeLimits {
    double kernel = unlimited;  // for all that is judged of a kernel, wall time

    // CPU time of one call, on its thread, beside what its operands give it.
    double call() const { return std::max(base() / 100.0, 0.1); }
    // The same where a kernel was seen to hang before: there is less to learn from the next hang.
    double hurried_call() const { return std::max(base() / 600.0, 0.05); }
    // Waiting for calls that hang, all together.
    double all_hangs() const { return base() / 6.0; }
    // Calls that return, but take longer than any should, all together.
    double all_slow_calls() const { return std::isinf(kernel) ? unlimited : kernel / 6.0; }

    // A plug-in's constructors and its table; those of the largest engines take two.
    double loading() const { return base() / 4.0; }
    // Threads that calls leave, all together: each call takes longer then.
    static constexpr double all_threads = 2000.0;

    std::string time_is_over() const {
        return fmt::format("its time was over: {:.4g} s, --timeout gives it more", kernel);
    }

  private:
    double base() const { return std::isinf(kernel) ? usual_kernel_seconds : kernel; }
};

// What a call may take longer for the bytes of its operands: some ten times what a scalar kernel takes in an
// emulator.
inline double seconds_for(std::size_t bytes) {
    return 20e-9 * static_cast<double>(bytes);
}
// A call that is blocked, not at work: so many times its CPU time, in wall time.
inline constexpr double blocked_factor = 5.0;
// A call that no signal ends, so that its process is killed: longer than the signal waits.
inline constexpr double lost_factor = 10.0;
// No call on small operands takes so long, other than on a busy machine now and then.
inline constexpr double slow_call_seconds = 0.005;

}  // namespace brickproof
