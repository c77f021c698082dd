#include "judge/behaviours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "engine/compare.hpp"

namespace brickproof {
namespace {

using Where = Placement::Where;
using Violation = Run::Violation;

constexpr std::byte first_poison{0xA5};
constexpr std::byte other_poison{0x5A};

// Two runs that must give the same bits do not: the message names the first number that differs.
Outcome other_bits(std::string_view what, const Case& c, const Outputs& a, const Outputs& b) {
    std::size_t output = 0;
    for (const Operand& operand : c.operands) {
        if (operand.access != Access::output) continue;
        WrongElements differing = different_bits(*operand.type, operand.name, a.arrays[output], b.arrays[output]);
        ++output;
        if (differing.runs.empty()) continue;
        const std::string first = operand.type->place(operand.name, differing.runs.front().first);
        return Outcome::fail(fmt::format("{}: {}", what, first), std::move(differing));
    }
    return Outcome::fail(std::string(what));
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
void forget_unwritten(const Outputs& first, Outputs& second) {
    for (std::size_t output = 0; output < first.arrays.size(); ++output)
        for (std::size_t i = 0; i < first.arrays[output].size(); ++i)
            if (first.arrays[output][i] == first_poison && second.arrays[output][i] == other_poison)
                second.arrays[output][i] = first_poison;
}

// Again on the same buffers; with other old contents; and after a call with other data: the same bits each time.
Outcome deterministic(const Case& c, Probe& probe) {
    const Run first = probe.run_placed(c, {.poison = first_poison});
    if (first.stopped) return Outcome::discard();
    for (int repeat = 0; repeat < 3; ++repeat) {
        const Run again = probe.run_placed(c, {.poison = first_poison});
        if (again.stopped || again.outputs != first.outputs)
            return again.stopped ? Outcome::fail("a second run with the same data is stopped: " + again.what)
                                 : other_bits("a second run with the same data gives other bits", c, first.outputs,
                                              again.outputs);
    }
    Run poisoned = probe.run_placed(c, {.poison = other_poison});
    if (poisoned.stopped) return Outcome::discard();
    forget_unwritten(first.outputs, poisoned.outputs);
    if (poisoned.outputs != first.outputs)
        return other_bits("the result depends on what lay in or around the buffers before", c, first.outputs,
                          poisoned.outputs);
    if (probe.run_placed(typical_case(*probe.kernel().contract, clipped_sizes(c.sizes, 128), 1), {}).stopped)
        return Outcome::discard();
    const Run after = probe.run_placed(c, {.poison = first_poison});
    if (after.stopped || after.outputs != first.outputs)
        return after.stopped
                   ? Outcome::fail("after a call with other data it is stopped: " + after.what)
                   : other_bits("the result depends on the call before", c, first.outputs, after.outputs);
    return Outcome::pass();
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

Outcome alignment_independent(const Case& c, Probe& probe) {
    const Run base = probe.run_placed(c, {.poison = first_poison});
    if (base.stopped) return Outcome::discard();
    // Three of the offsets that the ABI allows; which ones depends on the case, so that all come up.
    const std::size_t start = hash_of(c);
    for (const std::size_t offset : {start % 32, start / 32 % 32, start / 1024 % 32}) {
        const Run moved = probe.run_placed(c, {.offset_elements = offset, .poison = first_poison});
        if (moved.stopped)
            return Outcome::fail(fmt::format("with buffers moved by {} elements {}", offset, moved.what));
        if (moved.outputs != base.outputs)
            return other_bits(fmt::format("other bits with buffers moved by {} elements", offset), c, base.outputs,
                              moved.outputs);
    }
    return Outcome::pass();
}

Outcome fp_environment(const Case& c, Probe& probe) {
    const Run run = probe.run_placed(c, {});
    if (run.stopped) return Outcome::discard();
    if (run.before == run.after) return Outcome::pass();
    return Outcome::fail("changes " + describe_change(run.before, run.after));
}

}  // namespace

const std::vector<Behaviour>& behaviours() {
    static const std::vector<Behaviour> all = {
        {"no_crash", "no input makes it crash or leave the process", no_crash, false, false,
         Behaviour::Role::no_crash},
        {"terminates", "it returns", terminates, false, false, Behaviour::Role::terminates},
        {"reads_in_bounds", "it reads nothing outside its buffers", reads_in_bounds},
        {"writes_in_bounds", "it writes nothing outside its outputs", writes_in_bounds},
        {"inputs_unchanged", "it does not write to its inputs, not even the same value", inputs_unchanged},
        {"outputs_written", "it writes every element of its outputs", outputs_written},
        {"deterministic", "the same bits on every run, whatever was called before or lay in the outputs",
         deterministic, true},
        {"alignment_independent", "the same bits at every alignment of the buffers", alignment_independent, true},
        {"thread_safe", "the same bits when two threads run it at once", same_result_on_two_threads, true, true},
        {"fp_environment", "rounding mode, flush-to-zero and the other controls are left as found", fp_environment},
    };
    return all;
}

std::string_view name_of(Behaviour::Role role) {
    return std::ranges::find(behaviours(), role, &Behaviour::role)->name;
}

}  // namespace brickproof
