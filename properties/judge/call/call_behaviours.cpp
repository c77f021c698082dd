#include "judge/call/call_behaviours.hpp"

#include <fmt/format.h>

#include <cfenv>

#include "judge/call/signal_state.hpp"

namespace brickproof {
namespace {

// Data of every day at the sizes of the case.
Case everyday_case(const Case& c, const Probe& probe) {
    return typical_case(*probe.kernel().contract, c.sizes, 3);
}

// Flags that the definition raises on the same data are the op's.
int flags_of_the_definition(const Case& c, Probe& probe) {
    std::feclearexcept(FE_ALL_EXCEPT);
    probe.definition(c);
    const int flags = std::fetestexcept(FE_ALL_EXCEPT);
    std::feclearexcept(FE_ALL_EXCEPT);
    return flags;
}

}  // namespace

Outcome keeps_registers(const Case& c, Probe& probe) {
    const Run run = probe.run_placed(c, {});
    if (run.stopped) return Outcome::discard();
    const std::string loss = register_loss(run);
    return loss.empty() ? Outcome::pass() : Outcome::fail(loss);
}

Outcome keeps_signals(const Case& c, Probe& probe) {
    const Run run = probe.run_placed(c, {});
    const std::string change = describe_change(probe.signals_before(), read_signal_state());
    if (!change.empty()) restore_signal_state(probe.signals_before());
    if (run.stopped) return Outcome::discard();
    return change.empty() ? Outcome::pass()
                          : Outcome::fail(fmt::format("{}: handlers, mask and timers are its caller's", change));
}

Outcome clears_upper_halves(const Case& c, Probe& probe) {
    if (!has_upper_halves) return Outcome::discard("not judged: this architecture has no upper halves to clear");
    const Run run = probe.run_placed(everyday_case(c, probe), {.watched = true});
    if (run.stopped) return Outcome::discard();
    if (run.dirty_upper_halves.empty()) return Outcome::pass();
    return Outcome::note(
        fmt::format("returns with the upper halves of {} in use, without vzeroupper: SSE code that "
                    "runs after it is slower on many CPUs",
                    run.dirty_upper_halves));
}

Outcome raises_no_exception(const Case& c, Probe& probe) {
    const Case everyday = everyday_case(c, probe);
    const Run run = probe.run_placed(everyday, {.watched = true});
    if (run.stopped) return Outcome::discard();
    if (run.exceptions == 0) return Outcome::pass();
    const int exceptions = run.exceptions & ~flags_of_the_definition(everyday, probe);
    if (exceptions == 0) return Outcome::pass();
    const bool invalid = (exceptions & FE_INVALID) != 0;
    const bool division = (exceptions & FE_DIVBYZERO) != 0;
    return Outcome::note(
        fmt::format("raises the flag {} on finite data of every day: a caller that traps exceptions, "
                    "or looks at the flags, is misled",
                    invalid && division ? "invalid, and division by zero"
                    : invalid           ? "invalid"
                                        : "division by zero"));
}

Outcome needs_little_stack(const Case& c, Probe& probe) {
    constexpr std::size_t worth_a_note = std::size_t{64} << 10;
    constexpr double kib = 1024.0;
    const Run run = probe.run_placed(c, {.measure_stack = true});
    if (is_sanitized()) return Outcome::discard("not judged: a sanitizer knows the stacks of threads and no other");
    if (run.stopped) return Outcome::discard();
    if (run.stack < worth_a_note) return Outcome::pass();
    const std::string amount = run.stack < (std::size_t{1} << 20)
                                   ? fmt::format("{} KiB", run.stack >> 10)
                                   : fmt::format("{:.1f} MiB", static_cast<double>(run.stack) / (kib * kib));
    return Outcome::note(
        fmt::format("uses {} of stack; a thread has 8 MiB by default with glibc, 512 KiB on macOS, "
                    "128 KiB with musl",
                    amount));
}

}  // namespace brickproof
