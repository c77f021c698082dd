// The calls of one kernel, watched by the parent of the children that make them, one child after another: a call
// that does not return, where no signal reaches it.
#pragma once

#include "judge/child_pool.hpp"
#include "judge/pulse.hpp"
#include "judge/time_limits.hpp"

namespace brickproof {

class CallWatch {
  public:
    CallWatch(Pulse& pulse, const TimeLimits& limits) : pulse_(pulse), limits_(limits) {}

    std::uint64_t beats() const { return pulse_.beats.load(); }
    // The child is to be killed.
    bool is_hanging(const ChildTime& time) const { return is_in_call_for(lost_factor, time); }
    // The child is gone. True where it was killed in a call that does not return.
    bool take_end(const ChildEnd& end) {
        const bool was_killed = end.why == ChildEnd::Why::overdue || end.why == ChildEnd::Why::stopped;
        const bool hung = was_killed && is_in_call_for(blocked_factor, end.time);
        if (hung) pulse_.count_hang(end.time.silence);
        pulse_.calls_begun = 0;
        return hung;
    }
    // So much time was lost that no more calls are made.
    bool has_given_up() const { return pulse_.hung_seconds.load() >= limits_.all_hangs(); }
    std::string why_given_up() const {
        return fmt::format("calls that hang have cost {:.1f} s", pulse_.hung_seconds.load());
    }
    // "it does not return, ..."
    std::string describe(const ChildTime& time) const {
        return fmt::format(
            "it does not return, and does not let itself be interrupted: killed after {:.1f} s; a call "
            "has {:.2g} s of CPU time, and {:.2g} s where it is blocked",
            time.silence, pulse_.call_limit.load(), blocked_factor * pulse_.call_limit.load());
    }

  private:
    bool is_in_call_for(double factor, const ChildTime& time) const {
        return pulse_.calls_begun.load() > 0 && time.silence > factor * pulse_.call_limit.load();
    }

    Pulse& pulse_;
    TimeLimits limits_;
};

}  // namespace brickproof
