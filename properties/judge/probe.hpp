// What a statement gets to question a kernel with: plain runs for the laws, placed runs for the behaviours.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "engine/contract.hpp"
#include "judge/kernel.hpp"
#include "judge/kernel_runner.hpp"

namespace brickproof {

// The kernel crashed or did not end where a law wanted its result.
struct KernelStopped {
    Run run;
};

class Probe final : public Trial {
  public:
    explicit Probe(const Kernel& kernel) : kernel_(kernel), runner_(kernel), partner_(kernel) {}

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
    // A second set of buffers, for a second thread.
    KernelRunner& partner() { return partner_; }
    void watch(Pulse& pulse, const TimeLimits& limits) {
        runner_.watch(pulse, limits);
        partner_.watch(pulse, limits);
    }
    // Its calls hung for so long that no more are made.
    bool has_given_up() const { return runner_.has_given_up(); }
    double hung_seconds() const { return runner_.hung_seconds(); }
    double slow_seconds() const { return runner_.slow_seconds(); }
    std::size_t left_threads() const { return runner_.left_threads(); }
    const Kernel& kernel() const { return kernel_; }
    // Single steps are expensive, and one interleaving is much like another: true for the first few only.
    bool take_interleaving() { return interleavings_left_ > 0 && interleavings_left_-- > 0; }

  private:
    const Kernel& kernel_;
    KernelRunner runner_;
    KernelRunner partner_;
    Watcher watcher_;
    int interleavings_left_ = 2;
};

}  // namespace brickproof
