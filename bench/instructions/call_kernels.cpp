// Calls each kernel once on each of its workloads between two marks, for instruction_counter.c to print how many
// instructions that was. Everything goes to standard error, where the plug-in prints: in order, and unbuffered.
//
//     qemu-aarch64 -plugin instruction_counter.so brickproof-call-kernels [PLUGIN]
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "judge/plugin.hpp"

namespace brickproof {
namespace {

// Buffers of a case as a kernel is called with them.
class Operands {
  public:
    explicit Operands(const Case& c) {
        for (const Operand& operand : c.operands) {
            std::vector<std::byte>& memory = memory_.emplace_back(operand.bytes());
            std::ranges::copy(operand.access == Access::input ? operand.contents : old_contents(c, operand),
                              memory.begin());
        }
        for (std::size_t i = 0; i < memory_.size(); ++i)
            pointers_.push_back(c.operands[i].argument(memory_[i].data()));
    }
    std::span<void* const> pointers() const { return pointers_; }

  private:
    std::vector<std::vector<std::byte>> memory_;
    std::vector<void*> pointers_;
};

void mark() {
    static_cast<void>(getppid());
}

// The second call counts: the first may have symbols bound and tables made.
void count(const Kernel& kernel, const Workload& workload) {
    const Case c = typical_case(*kernel.contract, workload.sizes, 1);
    const Operands operands(c);
    kernel.contract->function.call(kernel.fn, c.sizes, operands.pointers());
    std::fprintf(stderr, "%-16s %-24s %-44s ", std::string(kernel.contract->op).c_str(), kernel.variant.c_str(),
                 std::string(workload.name).c_str());
    mark();
    kernel.contract->function.call(kernel.fn, c.sizes, operands.pointers());
    mark();
    std::fputc('\n', stderr);
}

void count_all(const std::vector<Kernel>& kernels) {
    for (const Kernel& kernel : kernels) {
        if (!why_not_runnable(kernel).empty()) continue;
        for (const Workload& workload : kernel.contract->workloads) count(kernel, workload);
    }
}

int run(int argc, char** argv) {
    count_all(own_kernels());
    for (int i = 1; i < argc; ++i) {
        const auto kernels = load_plugin(argv[i]);
        if (!kernels) {
            std::fprintf(stderr, "%s\n", kernels.problem().c_str());
            return 2;
        }
        count_all(*kernels);
    }
    return 0;
}

}  // namespace
}  // namespace brickproof

int main(int argc, char** argv) {
    return brickproof::run(argc, argv);
}
