#include "judge/call/call_behaviours.hpp"

#include <fmt/format.h>

#include <cfenv>

#include "judge/call/signal_state.hpp"

namespace brickproof {
namespace {

// Data of every day at sizes near those of the case.
Run watched_run(const Case& c, Probe& probe) {
    constexpr std::size_t most = 128;
    const Contract& contract = *probe.kernel().contract;
    return probe.run_placed(typical_case(contract, clipped_sizes(contract, c.sizes, most), 3), {.watched = true});
}

}  // namespace

Outcome keeps_registers(const Case& c, Probe& probe) {
    const Run run = probe.run_placed(c, {});
    if (run.stopped) return Outcome::discard();
    if (run.lost_registers.empty()) return Outcome::pass();
    return Outcome::fail(
        fmt::format("changes {}, which a call must preserve by this architecture's ABI: its caller "
                    "keeps values there",
                    run.lost_registers));
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
    const Run run = watched_run(c, probe);
    if (run.stopped) return Outcome::discard();
    if (run.dirty_upper_halves.empty()) return Outcome::pass();
    return Outcome::note(
        fmt::format("returns with the upper halves of {} in use, without vzeroupper: SSE code that "
                    "runs after it is slower on many CPUs",
                    run.dirty_upper_halves));
}

Outcome raises_no_exception(const Case& c, Probe& probe) {
    const Run run = watched_run(c, probe);
    if (run.stopped) return Outcome::discard();
    if (run.exceptions == 0) return Outcome::pass();
    const bool invalid = (run.exceptions & FE_INVALID) != 0;
    const bool division = (run.exceptions & FE_DIVBYZERO) != 0;
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
    if (run.stopped || run.stack == 0) return Outcome::discard();
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
