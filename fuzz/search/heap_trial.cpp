#include "fuzz/search/heap_trial.hpp"

#include <sanitizer/asan_interface.h>

#include <array>
#include <cstring>

#include "engine/compare.hpp"
#include "judge/fp_environment.hpp"

namespace brickproof::fuzz {
namespace {

// Old contents of outputs: an element that a kernel leaves unwritten is wrong to every statement about it.
constexpr std::byte poison{0xA5};
constexpr std::byte other_poison{0x5A};

// What an operand without elements points to: never null, and no byte there or around may be touched.
std::byte* nothing() {
    alignas(64) static std::array<std::byte, 128> place;
    [[maybe_unused]] static const bool poisoned = [] {
        ASAN_POISON_MEMORY_REGION(place.data(), place.size());
        return true;
    }();
    return place.data() + place.size() / 2;
}

}  // namespace

void JudgedCase::begin(const Case& c) {
    judged_ = &c;
    facts_.forget();
    outputs_.clear();
}

const Outputs* JudgedCase::outputs_of(KernelFunction fn) const {
    for (const auto& [of, outputs] : outputs_)
        if (of == fn) return &outputs;
    return nullptr;
}

Outputs HeapTrial::remembered(KernelFunction fn, const Case& c) {
    if (!is_judged(c)) return call(fn, c);
    if (const Outputs* known = judged_->outputs_of(fn)) return *known;
    Outputs outputs = call(fn, c);
    judged_->keep(fn, outputs);
    return outputs;
}

Outputs HeapTrial::call(KernelFunction fn, const Case& c) {
    Outputs outputs;
    outputs.arrays.reserve(c.operands.size());
    pointers_.clear();
    for (const Operand& operand : c.operands) {
        if (operand.count == 0) {
            if (operand.access == Access::output) outputs.arrays.emplace_back();
            pointers_.push_back(operand.argument(nothing()));
        } else if (operand.access == Access::input) {
            // The call takes void*, for inputs too; misbehaviour() sees a kernel that writes to one.
            pointers_.push_back(const_cast<std::byte*>(operand.contents.data()));
        } else {
            Array<std::byte>& array = outputs.arrays.emplace_back(operand.bytes(), poison);
            std::ranges::copy(old_contents(c, operand), array.begin());
            pointers_.push_back(array.data());
        }
    }
    contract_.function.call(fn, c.sizes, pointers_);
    return outputs;
}

// In buffers of their own, that many elements behind where the allocator puts them.
HeapTrial::Placed HeapTrial::run_elsewhere(const Case& c, std::byte old_contents, std::size_t offset_elements) {
    buffers_.clear();
    pointers_.clear();
    for (const Operand& operand : c.operands) {
        const std::size_t offset = offset_elements * operand.type->align;
        Array<std::byte>& buffer = buffers_.emplace_back(offset + operand.bytes(), old_contents);
        pointers_.push_back(operand.argument(buffer.empty() ? nothing() : buffer.data() + offset));
        std::ranges::copy(operand.access == Access::input ? operand.contents : old_contents(c, operand),
                          buffer.begin() + static_cast<std::ptrdiff_t>(offset));
    }
    contract_.function.call(kernel_, c.sizes, pointers_);
    Placed placed;
    for (std::size_t i = 0; i < pointers_.size(); ++i) {
        const Operand& operand = c.operands[i];
        const auto* const start = static_cast<const std::byte*>(pointers_[i]);
        if (operand.access == Access::output)
            placed.outputs.arrays.emplace_back(start, start + operand.bytes());
        else if (operand.bytes() != 0 && std::memcmp(start, operand.contents.data(), operand.bytes()) != 0)
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
