// What a statement gets to question a kernel with: plain runs for the laws, placed runs for the behaviours.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "engine/contract.hpp"
#include "judge/call/signal_state.hpp"
#include "judge/kernel.hpp"
#include "judge/kernel_runner.hpp"

namespace brickproof {

// The kernel crashed or did not end where a law wanted its result.
struct KernelStopped {
    Run run;
};

// How a case of thread_safe is judged by single steps.
struct Interleaving {
    bool small;  // also at small sizes, of which they go through much of a call
    long steps;
};

class Probe final : public Trial {
  public:
    // `assumed` holds of every case that the kernel may be given.
    explicit Probe(const Kernel& kernel, Preconditions assumed = {})
        : kernel_(kernel), assumed_(std::move(assumed)), runner_(kernel), partner_(kernel) {
        for (const std::string& name : kernel.assumes) assumed_.add(name);
    }

    // In roomy buffers: a stray read or write does not disturb the laws, it has its own statement.
    Outputs run(const Case& c) override;
    Outputs definition(const Case& c) override;

    Run run_placed(const Case& c, const Placement& placement) { return runner_.run(c, placement); }
    Run run_between(const Case& c, void (*before)(), void (*after)()) {
        return runner_.run_between(c, {}, before, after);
    }
    // Called after each run() with its case and what came out; null for nobody.
    using Watcher = std::function<void(const Case&, const Outputs&)>;
    void set_watcher(Watcher watcher) { watcher_ = std::move(watcher); }
    KernelRunner& runner() { return runner_; }
    // As it was when the kernel had not been called yet.
    const SignalState& signals_before() const { return signals_before_; }
    // A second set of buffers, for a second thread.
    KernelRunner& partner() { return partner_; }
    void watch(Pulse& pulse, const TimeLimits& limits) {
        runner_.watch(pulse, limits);
        partner_.watch(pulse, limits);
    }
    const TimeLimits& limits() const { return runner_.limits(); }
    // Its calls hung for so long that no more are made.
    bool has_given_up() const { return runner_.has_given_up(); }
    double hung_seconds() const { return runner_.hung_seconds(); }
    double slow_seconds() const { return runner_.slow_seconds(); }
    std::size_t left_threads() const { return runner_.left_threads(); }
    const Kernel& kernel() const { return kernel_; }
    const Preconditions& assumed() const { return assumed_; }
    // What was seen since this was last asked, by the statement that is about it: a kernel may show it anywhere.
    Misconduct take_misconduct() {
        Misconduct seen = runner_.take_misconduct();
        seen.merge(partner_.take_misconduct());
        return seen;
    }
    bool may_be_nonfinite() const { return !assumed_.hold("finite"); }
    // Single steps are expensive: they are taken for the first few cases only.
    Interleaving next_interleaving() {
        const int i = interleavings_++;
        return {.small = i < 2, .steps = i < 8 ? 1'200 : 0};
    }
    // Whether a call of the kernel was seen to wait for another one.
    bool locks() const { return locks_; }
    void note_lock() { locks_ = true; }
    bool may_watch_static_writes() const { return may_watch_static_writes_; }
    void stop_watching_static_writes() { may_watch_static_writes_ = false; }

  private:
    const Kernel& kernel_;
    Preconditions assumed_;
    KernelRunner runner_;
    KernelRunner partner_;
    Watcher watcher_;
    SignalState signals_before_ = read_signal_state();
    int interleavings_ = 0;
    bool locks_ = false;
    bool may_watch_static_writes_ = !is_sanitized();
};

}  // namespace brickproof
