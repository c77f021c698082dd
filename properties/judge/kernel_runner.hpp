// Runs one kernel on one case, with its buffers where one wants them, and says what it did to memory.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/case.hpp"
#include "judge/call/call_guard.hpp"
#include "judge/fault_trap.hpp"
#include "judge/fp_environment.hpp"
#include "judge/guarded_arena.hpp"
#include "judge/kernel.hpp"
#include "judge/pulse.hpp"
#include "judge/time_limits.hpp"

namespace brickproof {

// Where the buffers lie.
struct Placement {
    enum class Where {
        roomy,        // poisoned slack on both sides: a stray access does not crash
        flush_start,  // the first byte right behind a page without access
        flush_end,    // the last byte (and the read slack that the kernel declares) right before one
    };
    Where where = Where::roomy;
    // Roomy only. In base 64, digit i: how many elements past a 64-byte boundary, modulo 64 bytes, operand i
    // starts.
    std::uint64_t offsets = 0;
    // Old contents of the outputs, and of the slack around every buffer.
    std::byte poison{0xA5};
    bool inputs_read_only = false;
    // With zeros in vector registers: for Run's upper halves and exceptions.
    bool watched = false;
    bool measure_stack = false;  // on one of its own
};

// Every operand by one element, for Placement::offsets.
inline constexpr std::uint64_t all_by_one = 0x0041'0410'4104'1041;

struct Run {
    enum class Violation { none, read_out_of_bounds, wrote_out_of_bounds, wrote_input, crashed, did_not_end };
    Violation violation = Violation::none;
    std::string what{};  // of a violation: "reads 4 bytes past the end of x"
    Outputs outputs{};   // valid where the kernel returned
    FpEnvironment before{};
    FpEnvironment after{};
    std::string lost_registers{};  // that a call must preserve: "rbx, r12"

    // Of a watched run, and of one whose stack is measured.
    std::string dirty_upper_halves{};  // "ymm0, ymm1"
    int exceptions = 0;                // FE_INVALID, FE_DIVBYZERO
    std::size_t stack = 0;             // bytes, 0 where it was not measured

    bool stopped = false;  // the kernel did not return, or was not called any more
};

// What a kernel did in passing, by the statement that is about it.
using Misconduct = std::map<std::string, std::string, std::less<>>;

// As a sentence about the kernel; "" where there is nothing to say.
std::string register_loss(const Run& run);
std::string environment_change(const Run& run);

class KernelRunner {
  public:
    explicit KernelRunner(const Kernel& kernel) : kernel_(kernel) {}

    Run run(const Case& c, const Placement& placement) { return run_between(c, placement, nullptr, nullptr); }
    // Calls `before` right before the kernel and `after` right behind it (where they are not null).
    Run run_between(const Case& c, const Placement& placement, void (*before)(), void (*after)());

    // How long a call may take, and where the calls of this process show.
    void watch(Pulse& pulse, const TimeLimits& limits) {
        pulse_ = &pulse;
        limits_ = limits;
        watch_calls(pulse);
    }
    const TimeLimits& limits() const { return limits_; }
    // So much time was lost waiting for calls that hang that no more are made.
    bool has_given_up() const { return hung_seconds() >= limits_.all_hangs(); }
    double hung_seconds() const { return pulse_->hung_seconds.load(); }
    // Threads that its calls have left in this process, where it makes one a call.
    std::size_t left_threads() const { return counts_of_more_threads_ < 3 ? 0 : threads_; }
    // Whose calls take long, nearly all: how much time they took beyond what they should.
    double slow_seconds() const { return 2 * slow_calls_ > calls_ ? slow_seconds_ : 0.0; }

    Misconduct take_misconduct() { return std::exchange(misconduct_, {}); }

  private:
    struct Placed {
        std::size_t offset;  // of the buffer in its arena
        std::byte* pointer;  // as the kernel gets it
    };
    std::vector<Placed> place(const Case& c, const Placement& placement);
    std::size_t offset_for(const Operand& operand, std::size_t index, const Placement& placement) const;
    void count_call(double seconds, double usual);
    std::string what_it_left();
    void classify(const Stop& stop, const Case& c, const std::vector<Placed>& placed, Run& run) const;
    std::optional<std::string> damage(const Operand& operand, std::size_t index, std::size_t offset,
                                      std::byte poison) const;

    void note_misconduct(const Run& run);
    RegisterFill next_fill();
    bool fills_upper_halves(const Case& c) const;

    const Kernel& kernel_;
    std::vector<GuardedArena> arenas_;
    Pulse own_pulse_{};
    Pulse* pulse_ = &own_pulse_;
    TimeLimits limits_{};
    // Waiting for a hang is expensive: sizes at which it hung twice are not tried again.
    struct Hangs {
        int count = 0;
        std::string what{};  // of the first, which was waited for longest
    };
    std::map<Sizes, Hangs> hangs_by_sizes_;
    std::size_t threads_ = 0;  // of this process, when they were counted last
    std::size_t counts_of_more_threads_ = 0;
    std::size_t calls_ = 0;
    std::size_t slow_calls_ = 0;
    double slow_seconds_ = 0.0;
    std::size_t fills_ = 0;
    Misconduct misconduct_;
};

}  // namespace brickproof
