// What a statement gets to question a kernel with: plain runs for the laws, placed runs for the behaviours.
#pragma once

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

class Probe final : public Trial {
  public:
    // `assumed` holds of every case that the kernel may be given.
    explicit Probe(const Kernel& kernel, Preconditions assumed = {})
        : kernel_(kernel), assumed_(std::move(assumed)), runner_(kernel), partner_(kernel) {
        for (const std::string& name : kernel.assumes) assumed_.add(name);
    }

    // In roomy buffers: a stray read or write does not disturb the laws, it has its own statement.
    Outputs run(const Case& c) override;
    Outputs definition(const Case& c) override { return definition_of(*kernel_.contract, c); }
    const Contract& contract() const override { return *kernel_.contract; }

    Run run_placed(const Case& c, const Placement& placement) { return runner_.run(c, placement); }
    Run run_between(const Case& c, void (*before)(), void (*after)()) {
        return runner_.run_between(c, {}, before, after);
    }
    KernelRunner& runner() { return runner_; }
    // As it was when the kernel had not been called yet.
    const SignalState& signals_before() const { return signals_before_; }
    // A second set of buffers, for a second thread.
    KernelRunner& partner() { return partner_; }
    void set_heartbeat(std::atomic<std::uint64_t>* heartbeat) { runner_.set_heartbeat(heartbeat); }
    const Kernel& kernel() const { return kernel_; }
    const Preconditions& assumed() const { return assumed_; }
    // What was seen since this was last asked, by the statement that is about it: a kernel may show it anywhere.
    Misconduct take_misconduct() {
        Misconduct seen = runner_.take_misconduct();
        seen.merge(partner_.take_misconduct());
        return seen;
    }
    bool may_be_nonfinite() const { return !assumed_.hold("finite"); }
    // Single steps are expensive: many of one call are taken for the first few cases only.
    bool take_long_interleaving() { return interleavings_left_ > 0 && interleavings_left_-- > 0; }

  private:
    const Kernel& kernel_;
    Preconditions assumed_;
    KernelRunner runner_;
    KernelRunner partner_;
    SignalState signals_before_ = read_signal_state();
    int interleavings_left_ = 2;
};

}  // namespace brickproof
