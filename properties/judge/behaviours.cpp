#include "judge/behaviours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "judge/call/call_behaviours.hpp"

namespace brickproof {
namespace {

using Where = Placement::Where;
using Violation = Run::Violation;

constexpr std::byte first_poison{0xA5};
constexpr std::byte other_poison{0x5A};
constexpr std::byte nan_poison{0xFF};  // a NaN as float32, half and bfloat16

Outcome no_crash(const Case& c, Probe& probe) {
    const Run run = probe.run_placed(c, {});
    return run.violation == Violation::crashed ? Outcome::fail(run.what) : Outcome::pass();
}

Outcome terminates(const Case& c, Probe& probe) {
    const Run run = probe.run_placed(c, {});
    return run.violation == Violation::did_not_end ? Outcome::fail(run.what) : Outcome::pass();
}

// With every buffer flush with the end of its pages, then with the start.
Outcome stays_in_bounds(const Case& c, Probe& probe, Violation wanted) {
    for (const Where where : {Where::flush_end, Where::flush_start}) {
        const Run run = probe.run_placed(c, {.where = where});
        if (run.violation == wanted) return Outcome::fail(run.what);
    }
    return Outcome::pass();
}

Outcome reads_in_bounds(const Case& c, Probe& probe) {
    return stays_in_bounds(c, probe, Violation::read_out_of_bounds);
}

Outcome writes_in_bounds(const Case& c, Probe& probe) {
    const Run roomy = probe.run_placed(c, {.offset_elements = 1});
    if (roomy.violation == Violation::wrote_out_of_bounds) return Outcome::fail(roomy.what);
    return stays_in_bounds(c, probe, Violation::wrote_out_of_bounds);
}

Outcome inputs_unchanged(const Case& c, Probe& probe) {
    const Run run = probe.run_placed(c, {.inputs_read_only = true});
    return run.violation == Violation::wrote_input ? Outcome::fail(run.what) : Outcome::pass();
}

// An element that holds the poison after a run with either poison was not written.
Outcome outputs_written(const Case& c, Probe& probe) {
    const Run first = probe.run_placed(c, {.poison = first_poison});
    const Run second = probe.run_placed(c, {.poison = other_poison});
    if (first.stopped || second.stopped) return Outcome::discard();
    std::size_t output = 0;
    for (const Operand& operand : c.operands) {
        if (operand.access != Access::output) continue;
        const auto& a = first.outputs.arrays[output];
        const auto& b = second.outputs.arrays[output];
        ++output;
        for (std::size_t i = 0; i < a.size(); ++i)
            if (a[i] == first_poison && b[i] == other_poison)
                return Outcome::fail(fmt::format("does not write {}[{}] of {}", operand.name,
                                                 i / operand.type->bytes, operand.count));
    }
    return Outcome::pass();
}

// Whether byte i of an output was left unwritten is another statement's: such bytes are copied over.
void forget_unwritten(const Outputs& first, Outputs& second, std::byte poison) {
    for (std::size_t output = 0; output < first.arrays.size(); ++output)
        for (std::size_t i = 0; i < first.arrays[output].size(); ++i)
            if (first.arrays[output][i] == first_poison && second.arrays[output][i] == poison)
                second.arrays[output][i] = first_poison;
}

// Every number of this kind in an array of elements becomes these bytes.
void fill_field(std::span<std::byte> array, const Type& type, const Field& field,
                std::span<const std::byte> number) {
    for (std::size_t element = 0; element < array.size(); element += type.bytes)
        for (std::size_t k = 0; k < field.count; ++k)
            std::ranges::copy(number, array.begin() + static_cast<std::ptrdiff_t>(element + field.offset +
                                                                                  k * field.number->bytes));
}

// The same case with every float, half and scale this value; a parameter stays.
Case filled_with(const Case& c, float value, std::uint16_t half) {
    Case filled = c;
    for (Operand& operand : filled.operands) {
        if (operand.access != Access::input || operand.by_value) continue;
        for (const Field& field : operand.type->fields) {
            if (field.number == &float32_number)
                fill_field(operand.contents, *operand.type, field, std::as_bytes(std::span(&value, 1)));
            if (field.number == &float16_number)
                fill_field(operand.contents, *operand.type, field, std::as_bytes(std::span(&half, 1)));
        }
    }
    return filled;
}

// FNV-1a over the sizes and the first input.
std::size_t hash_of(const Case& c) {
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (const std::size_t size : c.sizes) hash = (hash ^ size) * 0x100000001B3u;
    const auto first =
        std::ranges::find_if(c.operands, [](const Operand& o) { return o.access == Access::input && !o.by_value; });
    const std::span<const std::byte> contents = first->contents;
    for (std::size_t i = 0; i < std::min<std::size_t>(contents.size(), 256); ++i)
        hash = (hash ^ std::to_integer<std::uint64_t>(contents[i])) * 0x100000001B3u;
    return static_cast<std::size_t>(hash >> 16);
}

// Everyday data at other sizes: one of them twice as large and more, or all of them small.
Case at_other_sizes(const Case& c, const Contract& contract) {
    constexpr std::size_t most_bytes = std::size_t{1} << 14;  // of a case that may grow
    const std::size_t hash = hash_of(c);
    std::size_t bytes = 0;
    for (const Operand& operand : c.operands) bytes += operand.bytes();
    const std::size_t grows = hash / 2 % c.sizes.size();
    const Size& size = contract.signature.sizes[grows];
    if (hash % 2 == 0 || bytes > most_bytes || size.kind == Size::Kind::parameter)
        return typical_case(contract, clipped_sizes(contract, c.sizes, 128), 1);
    std::vector<std::size_t> sizes(c.sizes.begin(), c.sizes.end());
    sizes[grows] = 2 * sizes[grows] + 3 * size.unit;
    return typical_case(contract, sizes, 1);
}

// The same case again, on some old contents of the outputs and of what lies around the buffers.
struct Repetition {
    std::string after{};         // a call that is made before
    std::optional<Case> call{};  // the same
    std::byte poison = first_poison;
};

std::vector<Repetition> repetitions(const Case& c, const Probe& probe) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    constexpr float nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<Repetition> all(2);
    all.push_back({.poison = nan_poison});
    all.push_back({.poison = other_poison});
    if (probe.may_be_nonfinite()) {
        all[2].after = "a call on NaNs";
        all[2].call = filled_with(c, nan, 0x7E00);
        all[3].after = "a call on infinities";
        all[3].call = filled_with(c, infinity, 0x7C00);
    }
    all.push_back({.after = "a call with other sizes", .call = at_other_sizes(c, *probe.kernel().contract)});
    return all;
}

// The result of a repetition differs: by the call before it, by the old contents, or by nothing that was changed.
Outcome differing(const Case& c, Probe& probe, const Outputs& first, const Run& got, const Repetition& repetition) {
    const std::string where = first_difference(c, first, got.outputs);
    bool by_old_contents = repetition.poison != first_poison;
    if (by_old_contents && repetition.call) {
        probe.run_placed(*repetition.call, {});
        const Run after_call = probe.run_placed(c, {.poison = first_poison});
        by_old_contents = !after_call.stopped && after_call.outputs == first;
    }
    if (by_old_contents)
        return Outcome::fail(fmt::format(
            "the result depends on the old contents of the outputs, or on what lies around the buffers{}: {}",
            repetition.poison == nan_poison ? " (here NaNs)" : "", where));
    if (repetition.call)
        return Outcome::fail(fmt::format("the result depends on the call before: it is another after {}: {}",
                                         repetition.after, where));
    return Outcome::fail("a second run with the same data gives other bits: " + where);
}

// Again on the same buffers; with other old contents, NaNs among them; after calls on NaNs, on infinities and with
// other sizes: the same bits each time.
Outcome deterministic(const Case& c, Probe& probe) {
    const Run first = probe.run_placed(c, {.poison = first_poison});
    if (first.stopped) return Outcome::discard();
    for (const Repetition& repetition : repetitions(c, probe)) {
        if (repetition.call && probe.run_placed(*repetition.call, {}).stopped) return Outcome::discard();
        Run again = probe.run_placed(c, {.poison = repetition.poison});
        if (again.stopped) return Outcome::fail("a second run with the same data " + again.what);
        if (repetition.poison != first_poison) forget_unwritten(first.outputs, again.outputs, repetition.poison);
        if (again.outputs != first.outputs) return differing(c, probe, first.outputs, again, repetition);
    }
    return Outcome::pass();
}

Outcome alignment_independent(const Case& c, Probe& probe) {
    const Run base = probe.run_placed(c, {.poison = first_poison});
    if (base.stopped) return Outcome::discard();
    // Three of the offsets that the ABI allows; which ones depends on the case, so that all come up: bytes have 64.
    const std::size_t start = hash_of(c);
    for (const std::size_t offset : {start % 64, start / 64 % 64, start / 4096 % 64}) {
        const Run moved = probe.run_placed(c, {.offset_elements = offset, .poison = first_poison});
        if (moved.stopped)
            return Outcome::fail(fmt::format("with buffers moved by {} elements {}", offset, moved.what));
        if (moved.outputs != base.outputs)
            return Outcome::fail(fmt::format("other bits with buffers moved by {} elements: {}", offset,
                                             first_difference(c, base.outputs, moved.outputs)));
    }
    return Outcome::pass();
}

Outcome fp_environment(const Case& c, Probe& probe) {
    if (const std::string& change = probe.kernel().changed_at_load; !change.empty())
        return Outcome::fail(
            fmt::format("loading {} changes {} for the whole process, before any kernel is called: is "
                        "it linked with -ffast-math?",
                        probe.kernel().plugin_path, change));
    const Run run = probe.run_placed(c, {});
    if (run.stopped) return Outcome::discard();
    const std::string change = environment_change(run);
    return change.empty() ? Outcome::pass() : Outcome::fail(change);
}

}  // namespace

std::string first_difference(const Case& c, const Outputs& a, const Outputs& b) {
    std::size_t output = 0;
    for (const Operand& operand : c.operands) {
        if (operand.access != Access::output) continue;
        const auto [x, y] = std::ranges::mismatch(a.arrays[output], b.arrays[output]);
        if (x != a.arrays[output].end())
            return fmt::format("{}, element {}", operand.name,
                               static_cast<std::size_t>(x - a.arrays[output].begin()) / operand.type->bytes);
        ++output;
    }
    return "nothing";
}

const std::vector<Behaviour>& behaviours() {
    static const std::vector<Behaviour> all = {
        {"no_crash", "no input makes it crash or leave the process", no_crash},
        {"terminates", "it returns", terminates},
        {"reads_in_bounds", "it reads nothing outside its buffers", reads_in_bounds},
        {"writes_in_bounds", "it writes nothing outside its outputs", writes_in_bounds},
        {"inputs_unchanged", "it does not write to its inputs, not even the same value", inputs_unchanged},
        {"outputs_written", "it writes every element of its outputs", outputs_written},
        {"deterministic",
         "the same bits on every run, whatever was called before and whatever lay in the outputs or around the "
         "buffers, NaNs included",
         deterministic, true},
        {"alignment_independent", "the same bits at every alignment of the buffers", alignment_independent, true},
        {"thread_safe", "the same bits when two threads run it at once", same_result_on_two_threads, true, true},
        {"fp_environment", "rounding mode, flush-to-zero and the other controls are left as found", fp_environment},
        {"keeps_registers", "the registers that a call must preserve are left as found", keeps_registers},
        {"keeps_signals", "signal handlers, the signal mask and the alarm are left as found", keeps_signals},
        {.name = "first_call",
         .says = "the first call of a process gives the same bits as later ones, on two threads at once too",
         .check = first_call_is_like_others,
         .single_case = true,
         .first = true},
        {.name = "cpu_features",
         .says = "every instruction that it executes is one of the CPU features that its row declares",
         .check = executes_declared_features,
         .single_case = true},
        {.name = "upper_halves",
         .says = "the upper halves of vector registers are cleared on return",
         .check = clears_upper_halves,
         .costly = true,
         .kind = StatementKind::character},
        {.name = "fp_exceptions",
         .says = "finite data of every day raise neither invalid nor division by zero",
         .check = raises_no_exception,
         .costly = true,
         .kind = StatementKind::character},
        {.name = "stack_use",
         .says = "a call uses less than 64 KiB of stack",
         .check = needs_little_stack,
         .costly = true,
         .kind = StatementKind::character},
    };
    return all;
}

}  // namespace brickproof
