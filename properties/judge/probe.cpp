#include "judge/probe.hpp"

namespace brickproof {

Outputs Probe::run(const Case& c) {
    Run run = runner_.run(c, {});
    if (run.stopped) throw KernelStopped{std::move(run)};
    return std::move(run.outputs);
}

}  // namespace brickproof
