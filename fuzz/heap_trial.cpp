#include "fuzz/heap_trial.hpp"

namespace brickproof::fuzz {
namespace {

// Old contents of outputs: an element that a kernel leaves unwritten is wrong to every statement about it.
constexpr std::byte poison{0xA5};

}  // namespace

Outputs HeapTrial::call(KernelFunction fn, const Case& c) {
    Outputs outputs;
    pointers_.clear();
    for (const Operand& operand : c.operands) {
        if (operand.count == 0) {
            if (operand.access == Access::output) outputs.arrays.emplace_back();
            pointers_.push_back(nothing_.get());
        } else if (operand.access == Access::input) {
            // The call takes void*, for inputs too; a kernel that writes to one is the judge's to catch.
            pointers_.push_back(const_cast<std::byte*>(operand.contents.data()));
        } else {
            outputs.arrays.emplace_back(operand.bytes(), poison);
            pointers_.push_back(outputs.arrays.back().data());
        }
    }
    contract_.invoke(fn, c.sizes, pointers_);
    return outputs;
}

}  // namespace brickproof::fuzz
