#include "judge/behaviours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "engine/compare.hpp"
#include "judge/call/call_behaviours.hpp"
#include "judge/large_sizes.hpp"

namespace brickproof {
namespace {

using Where = Placement::Where;
using Violation = Run::Violation;

constexpr std::byte first_poison{0xA5};
constexpr std::byte other_poison{0x5A};
constexpr std::byte nan_poison{0xFF};  // a NaN as float32, half and bfloat16

// Of the first output in which two runs differ.
WrongElements differing_elements(const Case& c, const Outputs& a, const Outputs& b) {
    std::size_t output = 0;
    for (const Operand& operand : c.operands) {
        if (operand.access != Access::output) continue;
        WrongElements differing = different_bits(*operand.type, operand.name, a.arrays[output], b.arrays[output]);
        if (!differing.runs.empty()) return differing;
        ++output;
    }
    return {};
}

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
    const Run roomy = probe.run_placed(c, {.offsets = all_by_one});
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
        WrongElements unwritten{std::string(operand.name), operand.count, {}};
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (a[i] != first_poison || b[i] != other_poison) continue;
            unwritten.add(i / operand.type->bytes);
            i += operand.type->bytes - 1 - i % operand.type->bytes;
        }
        if (unwritten.runs.empty()) continue;
        const std::string message =
            fmt::format("does not write {}[{}] of {}", operand.name, unwritten.runs.front().first, operand.count);
        return Outcome::fail(message, std::move(unwritten));
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

// The same case with every float, half and scale this value; a lone number may be a parameter, and stays.
Case filled_with(const Case& c, float value, std::uint16_t half) {
    Case filled = c;
    for (Operand& operand : filled.operands) {
        if (operand.access != Access::input || operand.count == 1) continue;
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
    const auto& contents = c.operands.front().contents;
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
    const bool is_parameter = std::ranges::count(contract.parameters, contract.size_names[grows]) > 0;
    if (hash % 2 == 0 || bytes > most_bytes || is_parameter)
        return typical_case(contract, clipped_sizes(contract, c.sizes, 128), 1);
    std::vector<std::size_t> sizes(c.sizes.begin(), c.sizes.end());
    sizes[grows] = 2 * sizes[grows] + 3 * size_units(contract)[grows];
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
    all.push_back({.after = "a call with other sizes", .call = at_other_sizes(c, *probe.kernel().contract)});
    if (probe.may_be_nonfinite()) {
        all[2].after = "a call on NaNs";
        all[2].call = filled_with(c, nan, 0x7E00);
        all[3].after = "a call on infinities";
        all[3].call = filled_with(c, infinity, 0x7C00);
    }
    return all;
}

// The result of a repetition differs: by the call before it, by the old contents, or by nothing that was changed.
Outcome differing(const Case& c, Probe& probe, const Outputs& first, const Run& got, const Repetition& repetition) {
    bool by_old_contents = repetition.poison != first_poison;
    if (by_old_contents && repetition.call) {
        probe.run_placed(*repetition.call, {});
        const Run after_call = probe.run_placed(c, {.poison = first_poison});
        by_old_contents = !after_call.stopped && after_call.outputs == first;
    }
    if (by_old_contents)
        return other_bits(
            fmt::format(
                "the result depends on the old contents of the outputs, or on what lies around the buffers{}",
                repetition.poison == nan_poison ? " (here NaNs)" : ""),
            c, first, got.outputs);
    if (repetition.call)
        return other_bits(
            fmt::format("the result depends on the call before: it is another after {}", repetition.after), c,
            first, got.outputs);
    return other_bits("a second run with the same data gives other bits", c, first, got.outputs);
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

// Which ones depends on the case, so that all come up: of each operand any; of one alone, or of all others; of all
// the same.
std::array<std::uint64_t, 3> three_offsets(const Case& c) {
    const std::uint64_t hash = hash_of(c) * 0x9E37'79B9'7F4A'7C15;
    const std::uint64_t one = hash >> 58 | 1;
    const std::size_t shift = 6 * ((hash >> 48 & 0xFF) % c.operands.size());
    const std::uint64_t alone = one << shift;
    const std::uint64_t same = one * all_by_one;
    return {hash >> 16, alone, (hash >> 40 & 1) == 0 ? same : same & ~(std::uint64_t{63} << shift)};
}

// "with w 3, x 0 elements past a boundary of 64 bytes"
std::string where_they_lie(const Case& c, std::uint64_t offsets) {
    std::vector<std::string> places;
    for (std::size_t i = 0; i < c.operands.size(); ++i)
        places.push_back(fmt::format("{} {}", c.operands[i].name, offsets >> 6 * i & 63));
    return fmt::format("with {} elements past a boundary of 64 bytes", fmt::join(places, ", "));
}

Outcome alignment_independent(const Case& c, Probe& probe) {
    const Run base = probe.run_placed(c, {.poison = first_poison});
    if (base.stopped) return Outcome::discard();
    for (const std::uint64_t offsets : three_offsets(c)) {
        const Run moved = probe.run_placed(c, {.offsets = offsets, .poison = first_poison});
        if (moved.stopped) return Outcome::fail(fmt::format("{} {}", where_they_lie(c, offsets), moved.what));
        if (moved.outputs != base.outputs)
            return other_bits(fmt::format("other bits {}", where_they_lie(c, offsets)), c, base.outputs,
                              moved.outputs);
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
    const WrongElements differing = differing_elements(c, a, b);
    for (const Operand& operand : c.operands)
        if (operand.name == differing.output && !differing.runs.empty())
            return operand.type->place(operand.name, differing.runs.front().first);
    return "nothing";
}

Outcome other_bits(std::string_view what, const Case& c, const Outputs& a, const Outputs& b) {
    return Outcome::fail(fmt::format("{}: {}", what, first_difference(c, a, b)), differing_elements(c, a, b));
}

const std::vector<Behaviour>& behaviours() {
    static const std::vector<Behaviour> all = {
        {"no_crash", "no input makes it crash or leave the process", no_crash, false, false,
         Behaviour::Role::no_crash},
        {"terminates", "it returns", terminates, false, false, Behaviour::Role::terminates},
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
        // What these are about is looked at after every other call, too.
        {"fp_environment", "rounding mode, flush-to-zero and the other controls are left as found", fp_environment,
         false, true, Behaviour::Role::seen_in_passing},
        {"keeps_registers", "the registers that a call must preserve are left as found", keeps_registers, false,
         true, Behaviour::Role::seen_in_passing},
        {"keeps_signals", "signal handlers, the signal mask and the alarm are left as found", keeps_signals, false,
         true},
        {.name = "first_call",
         .says = "the first call of a process gives the same bits as later ones, on two threads at once too",
         .check = first_call_is_like_others,
         .single_case = true,
         .first = true},
        {.name = "cpu_features",
         .says = "every instruction that it executes is one of the CPU features that its row declares",
         .check = executes_declared_features,
         .single_case = true},
        {.name = "large_sizes",
         .says = "index arithmetic beyond 2^31 and 2^32 elements and bytes gives what smaller calls give",
         .check = works_at_large_sizes,
         .single_case = true,
         .takes_long = true},
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

std::string_view name_of(Behaviour::Role role) {
    return std::ranges::find(behaviours(), role, &Behaviour::role)->name;
}

}  // namespace brickproof
