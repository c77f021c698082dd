#include "judge/probe.hpp"

#include <algorithm>
#include <stdexcept>

#include "brick/isa.hpp"

namespace brickproof {
namespace {

KernelFunction scalar_kernel(std::string_view op) {
    const brickproof_kernel_table& table = brick::kernel_table();
    for (const brickproof_kernel& kernel : std::span(table.kernels, table.count))
        if (kernel.op == op && std::string_view(kernel.variant) == "scalar") return kernel.fn;
    throw std::logic_error("the library has no scalar kernel of " + std::string(op));
}

}  // namespace

Outputs Probe::run(const Case& c) {
    Run run = runner_.run(c, {});
    if (run.stopped) throw KernelStopped{std::move(run)};
    if (watcher_) watcher_(c, run.outputs);
    return std::move(run.outputs);
}

Outputs Probe::definition(const Case& c) {
    Outputs outputs;
    Case inputs = c;
    std::vector<void*> pointers;
    for (Operand& operand : inputs.operands) {
        if (operand.access == Access::input) {
            pointers.push_back(operand.contents.data());
            continue;
        }
        outputs.arrays.emplace_back(operand.bytes());
        pointers.push_back(outputs.arrays.back().data());
    }
    kernel_.contract->invoke(scalar_kernel(kernel_.contract->op), c.sizes, pointers);
    return outputs;
}

}  // namespace brickproof
