#include "judge/kernel_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cfenv>
#include <csignal>
#include <cstring>
#include <span>

namespace brickproof {
namespace {

constexpr std::size_t room = 4096;    // slack on either side of a roomy buffer
constexpr std::size_t watched = 512;  // bytes of it that are poisoned and looked at
constexpr std::size_t smallest_arena = std::size_t{1} << 16;

constexpr std::size_t most_hangs = 80;  // then every call counts as one: a verdict must come

std::size_t rounded_up(std::size_t value, std::size_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

// The part of [offset - watched, offset + bytes + watched) that the arena has.
struct Window {
    std::size_t first;
    std::size_t last;
};
Window window_around(std::size_t offset, std::size_t bytes, std::size_t capacity) {
    return {offset < watched ? 0 : offset - watched, std::min(offset + bytes + watched, capacity)};
}

// Each byte is like the one before, and the first is poison: memcmp is many times as fast as a loop over bytes.
bool holds_only(std::byte poison, std::span<const std::byte> bytes) {
    return bytes.empty() ||
           (bytes.front() == poison && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::string bytes_text(std::ptrdiff_t count) {
    return fmt::format("{} byte{}", count, count == 1 ? "" : "s");
}

}  // namespace

std::string register_loss(const Run& run) {
    if (run.lost_registers.empty()) return "";
    return fmt::format(
        "changes {}, which a call must preserve by this architecture's ABI: its caller keeps values there",
        run.lost_registers);
}

std::string environment_change(const Run& run) {
    return run.before == run.after ? "" : "changes " + describe_change(run.before, run.after);
}

std::size_t KernelRunner::offset_for(const Operand& operand, std::size_t index, const Placement& placement) const {
    switch (placement.where) {
        case Placement::Where::flush_start:
            return 0;
        case Placement::Where::flush_end: {
            const std::size_t slack =
                operand.access == Access::input ? rounded_up(kernel_.read_slack, operand.type->align) : 0;
            return arenas_[index].capacity() - operand.bytes() - slack;
        }
        case Placement::Where::roomy:
            break;
    }
    constexpr std::size_t line = 64;
    // An odd factor, so that every operand comes by every alignment, and not all by the same one.
    return room + placement.offset_elements * (2 * index + 1) * operand.type->align % line;
}

std::vector<KernelRunner::Placed> KernelRunner::place(const Case& c, const Placement& placement) {
    std::vector<Placed> placed;
    for (std::size_t i = 0; i < c.operands.size(); ++i) {
        const Operand& operand = c.operands[i];
        const std::size_t needed = operand.bytes() + kernel_.read_slack + 2 * room + watched;
        if (i == arenas_.size()) arenas_.emplace_back(std::max(needed, smallest_arena));
        if (arenas_[i].capacity() < needed) arenas_[i] = GuardedArena(2 * needed);
        const GuardedArena& arena = arenas_[i];
        const std::size_t offset = offset_for(operand, i, placement);
        const Window window = window_around(offset, operand.bytes(), arena.capacity());
        std::memset(arena.writable() + window.first, std::to_integer<int>(placement.poison),
                    window.last - window.first);
        const std::span<const std::byte> contents =
            operand.access == Access::input ? operand.contents : old_contents(c, operand);
        std::ranges::copy(contents, arena.writable() + offset);
        const bool read_only = placement.inputs_read_only && operand.access == Access::input;
        placed.push_back({offset, (read_only ? arena.read_only() : arena.writable()) + offset});
    }
    return placed;
}

Run KernelRunner::run_between(const Case& c, const Placement& placement, void (*before)(), void (*after)()) {
    if (hangs_ >= most_hangs || (hangs_ > 0 && hangs_by_sizes_[c.sizes] >= 2))
        return {.violation = Run::Violation::did_not_end, .what = "it hung at these sizes before", .stopped = true};
    if (heartbeat_ != nullptr) heartbeat_->fetch_add(1, std::memory_order_relaxed);
    const std::vector<Placed> placed = place(c, placement);
    std::vector<void*> pointers;
    pointers.reserve(placed.size());
    for (std::size_t i = 0; i < placed.size(); ++i) pointers.push_back(c.operands[i].argument(placed[i].pointer));

    Run run;
    run.before = standard_fp_environment();
    restore_fp_environment(run.before);
    const GuardedCall call{.fill = placement.watched ? RegisterFill::zero : next_fill(),
                           .own_stack = placement.measure_stack && can_measure_stack,
                           .look_at_vectors = placement.watched};
    const Stop stop = call_trapped([&]() noexcept {
        const KernelFunction fn = guarded(kernel_.fn, kernel_.contract->function.registers, call);
        if (placement.watched) std::feclearexcept(FE_ALL_EXCEPT);
        if (before != nullptr) before();
        kernel_.contract->function.call(fn, c.sizes, pointers);
        if (after != nullptr) after();
        if (placement.watched) run.exceptions = std::fetestexcept(FE_INVALID | FE_DIVBYZERO);
        run.after = read_fp_environment();
    });
    if (stop.kind != Stop::Kind::none) {
        run.stopped = true;
        if (stop.kind == Stop::Kind::timeout) {
            ++hangs_by_sizes_[c.sizes];
            if (++hangs_ == 1) set_call_limit(hurried_call_limit);
        }
        classify(stop, c, placed, run);
        return run;
    }
    run.lost_registers = lost_registers();
    note_misconduct(run);
    if (placement.watched) run.dirty_upper_halves = dirty_upper_halves();
    if (placement.measure_stack) run.stack = stack_used();
    for (std::size_t i = 0; i < placed.size(); ++i) {
        const Operand& operand = c.operands[i];
        if (operand.access != Access::output) continue;
        const std::byte* data = arenas_[i].writable() + placed[i].offset;
        run.outputs.arrays.emplace_back(data, data + operand.bytes());
    }
    for (std::size_t i = 0; i < placed.size() && run.violation == Run::Violation::none; ++i) {
        if (const auto found = damage(c.operands[i], i, placed[i].offset, placement.poison)) {
            run.violation = Run::Violation::wrote_out_of_bounds;
            run.what = *found;
        }
    }
    return run;
}

void KernelRunner::note_misconduct(const Run& run) {
    if (!run.lost_registers.empty()) misconduct_.try_emplace("keeps_registers", register_loss(run));
    if (run.before != run.after) misconduct_.try_emplace("fp_environment", environment_change(run));
}

RegisterFill KernelRunner::next_fill() {
    return calls_++ % 2 == 0 ? RegisterFill::all_ones : RegisterFill::other_nan;
}

std::optional<std::string> KernelRunner::damage(const Operand& operand, std::size_t index, std::size_t offset,
                                                std::byte poison) const {
    const GuardedArena& arena = arenas_[index];
    const std::size_t end = offset + operand.bytes();
    const Window window = window_around(offset, operand.bytes(), arena.capacity());
    if (holds_only(poison, {arena.writable() + window.first, offset - window.first}) &&
        holds_only(poison, {arena.writable() + end, window.last - end}))
        return std::nullopt;
    for (std::size_t at = end; at < window.last; ++at)
        if (arena.writable()[at] != poison)
            return fmt::format("writes {} behind the end of {}",
                               bytes_text(static_cast<std::ptrdiff_t>(at - end) + 1), operand.name);
    for (std::size_t at = offset; at-- > window.first;)
        if (arena.writable()[at] != poison)
            return fmt::format("writes {} before the start of {}",
                               bytes_text(static_cast<std::ptrdiff_t>(offset - at)), operand.name);
    return std::nullopt;
}

void KernelRunner::classify(const Stop& stop, const Case& c, const std::vector<Placed>& placed, Run& run) const {
    run.violation = stop.kind == Stop::Kind::timeout ? Run::Violation::did_not_end : Run::Violation::crashed;
    run.what = describe(stop);
    if (stop.kind != Stop::Kind::signal || (stop.signal != SIGSEGV && stop.signal != SIGBUS)) return;
    for (std::size_t i = 0; i < placed.size(); ++i) {
        std::ptrdiff_t at = 0;
        if (!arenas_[i].offset_of(stop.address, at)) continue;
        const Operand& operand = c.operands[i];
        const auto begin = static_cast<std::ptrdiff_t>(placed[i].offset);
        const auto end = begin + static_cast<std::ptrdiff_t>(operand.bytes());
        const char* verb = stop.is_write ? "writes" : "reads";
        if (at >= begin && at < end) {
            run.violation = stop.is_write ? Run::Violation::wrote_input : Run::Violation::crashed;
            run.what = fmt::format("{} its input {}, byte {}", verb, operand.name, at - begin);
            return;
        }
        run.violation = stop.is_write ? Run::Violation::wrote_out_of_bounds : Run::Violation::read_out_of_bounds;
        run.what = at >= end ? fmt::format("{} behind the end of {} (first at byte {} behind it)", verb,
                                           operand.name, at - end)
                             : fmt::format("{} before the start of {} ({} before it)", verb, operand.name,
                                           bytes_text(begin - at));
        return;
    }
}

}  // namespace brickproof
