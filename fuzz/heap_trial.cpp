#include "fuzz/heap_trial.hpp"

#include <cstring>

#include "engine/compare.hpp"
#include "judge/fp_environment.hpp"

namespace brickproof::fuzz {
namespace {

// Old contents of outputs: an element that a kernel leaves unwritten is wrong to every statement about it.
constexpr std::byte poison{0xA5};
constexpr std::byte other_poison{0x5A};

}  // namespace

void HeapTrial::begin(const Case& c) {
    judged_ = &c;
    of_kernel_.reset();
    of_definition_.reset();
}

Outputs HeapTrial::remembered(KernelFunction fn, const Case& c, std::optional<Outputs>& memory) {
    if (&c != judged_) return call(fn, c);
    if (!memory) memory = call(fn, c);
    return *memory;
}

Outputs HeapTrial::call(KernelFunction fn, const Case& c) {
    Outputs outputs;
    pointers_.clear();
    for (const Operand& operand : c.operands) {
        if (operand.count == 0) {
            if (operand.access == Access::output) outputs.arrays.emplace_back();
            pointers_.push_back(nothing_.get());
        } else if (operand.access == Access::input) {
            // The call takes void*, for inputs too; misbehaviour() sees a kernel that writes to one.
            pointers_.push_back(const_cast<std::byte*>(operand.contents.data()));
        } else {
            outputs.arrays.emplace_back(operand.bytes(), poison);
            pointers_.push_back(outputs.arrays.back().data());
        }
    }
    contract_.invoke(fn, c.sizes, pointers_);
    return outputs;
}

// In buffers of their own, that many elements behind where the allocator puts them.
HeapTrial::Placed HeapTrial::run_elsewhere(const Case& c, std::byte old_contents, std::size_t offset_elements) {
    std::vector<Memory> buffers;
    std::vector<std::byte*> starts;
    pointers_.clear();
    for (const Operand& operand : c.operands) {
        const std::size_t offset = offset_elements * alignment_of(operand.element);
        buffers.push_back(std::make_unique_for_overwrite<std::byte[]>(offset + operand.bytes()));
        starts.push_back(buffers.back().get() + offset);
        pointers_.push_back(starts.back());
        if (operand.bytes() == 0) continue;
        if (operand.access == Access::input)
            std::memcpy(starts.back(), operand.contents.data(), operand.bytes());
        else
            std::memset(starts.back(), std::to_integer<int>(old_contents), operand.bytes());
    }
    contract_.invoke(kernel_, c.sizes, pointers_);
    Placed placed;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const Operand& operand = c.operands[i];
        if (operand.access == Access::output)
            placed.outputs.arrays.emplace_back(starts[i], starts[i] + operand.bytes());
        else if (operand.bytes() != 0 && std::memcmp(starts[i], operand.contents.data(), operand.bytes()) != 0)
            placed.inputs_unchanged = false;
    }
    return placed;
}

std::optional<Misbehaviour> HeapTrial::misbehaviour(const Case& c) {
    const FpEnvironment before = read_fp_environment();
    // Before any run on the case itself, which a kernel that writes to its inputs would change.
    const Placed elsewhere = run_elsewhere(c, other_poison, 1);
    if (const FpEnvironment after = read_fp_environment(); !(after == before)) {
        restore_fp_environment(before);
        return Misbehaviour{"fp_environment", "it changes " + describe_change(before, after)};
    }
    if (!elsewhere.inputs_unchanged) return Misbehaviour{"inputs_unchanged", "an input was written to"};
    const Outputs outputs = run(c);
    const Outcome same = expect_same_outputs(c, elsewhere.outputs, outputs);
    if (same.kind == Outcome::Kind::pass) return std::nullopt;
    return Misbehaviour{what_it_depends_on(c, outputs),
                        "a second run, over other old contents and at another "
                        "alignment, gives something else: " +
                            same.message};
}

std::string_view HeapTrial::what_it_depends_on(const Case& c, const Outputs& outputs) {
    const auto gives_the_same = [&](std::byte old_contents) {
        return expect_same_outputs(c, run_elsewhere(c, old_contents, 0).outputs, outputs).kind ==
               Outcome::Kind::pass;
    };
    if (!gives_the_same(poison)) return "deterministic";
    return gives_the_same(other_poison) ? "alignment_independent" : "outputs_written";
}

}  // namespace brickproof::fuzz
