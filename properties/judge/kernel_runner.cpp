#include "judge/kernel_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cfenv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <span>
#include <utility>

#include "judge/child_pool.hpp"

namespace brickproof {
namespace {

constexpr std::size_t room = 4096;    // slack on either side of a roomy buffer
constexpr std::size_t watched = 512;  // bytes of it that are poisoned and looked at
constexpr std::size_t smallest_arena = std::size_t{1} << 16;

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

std::size_t bytes_of(const Case& c) {
    std::size_t bytes = 0;
    for (const Operand& operand : c.operands) bytes += operand.bytes();
    return bytes;
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
    return room + (placement.offsets >> 6 * index) % 64 * operand.type->align % line;
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
        if (operand.access == Access::input && !operand.contents.empty())
            std::memcpy(arena.writable() + offset, operand.contents.data(), operand.bytes());
        const bool read_only = placement.inputs_read_only && operand.access == Access::input;
        placed.push_back({offset, (read_only ? arena.read_only() : arena.writable()) + offset});
    }
    return placed;
}

void KernelRunner::count_call(double seconds, double usual) {
    ++calls_;
    if (seconds <= usual) return;
    ++slow_calls_;
    slow_seconds_ += seconds - usual;
}

// Threads are counted now and then: a pool of them is a kernel's own business, one more a call is not.
std::string KernelRunner::what_it_left() {
    constexpr std::size_t calls_between_counts = 16;
    if (end_what_a_call_left()) return "it starts a process and leaves it running";
    if (calls_ % calls_between_counts != 0) return "";
    const std::size_t before = std::exchange(threads_, threads_of_this_process());
    counts_of_more_threads_ = threads_ >= before + calls_between_counts ? counts_of_more_threads_ + 1 : 0;
    if (left_threads() == 0) return "";
    return fmt::format("it starts a thread a call and leaves them running, {} by now", left_threads());
}

Run KernelRunner::run_between(const Case& c, const Placement& placement, void (*before)(), void (*after)()) {
    if (has_given_up()) return {.what = "it is not called any more: its calls hang", .stopped = true};
    if (const auto hangs = hangs_by_sizes_.find(c.sizes); hangs != hangs_by_sizes_.end() && hangs->second.count > 1)
        return {.violation = Run::Violation::did_not_end, .what = hangs->second.what, .stopped = true};
    const std::vector<Placed> placed = place(c, placement);
    std::vector<void*> pointers;
    pointers.reserve(placed.size());
    for (const Placed& p : placed) pointers.push_back(p.pointer);

    Run run;
    run.before = standard_fp_environment();
    restore_fp_environment(run.before);
    const double for_its_size = seconds_for(bytes_of(c));
    const double limit = (pulse_->hangs.load() > 0 ? limits_.hurried_call() : limits_.call()) + for_its_size;
    set_call_limit(limit);
    const RegisterFill fill = placement.watched ? RegisterFill::zero : next_fill();
    const GuardedCall call{.fill = fill,
                           .upper_halves = placement.watched || fills_upper_halves(c),
                           .own_stack = placement.measure_stack && !is_sanitized(),
                           .look_at_vectors = placement.watched};
    const auto begun = std::chrono::steady_clock::now();
    const Stop stop = call_trapped([&]() noexcept {
        const KernelFunction fn = guarded(kernel_.fn, kernel_.contract->arguments, call);
        if (placement.watched) std::feclearexcept(FE_ALL_EXCEPT);
        if (before != nullptr) before();
        kernel_.contract->invoke(fn, c.sizes, pointers);
        if (after != nullptr) after();
        if (placement.watched) run.exceptions = std::fetestexcept(FE_INVALID | FE_DIVBYZERO);
        run.after = read_fp_environment();
    });
    std::string left = what_it_left();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    if (before == nullptr && stop.kind == Stop::Kind::none)
        count_call(took.count(), slow_call_seconds + for_its_size);
    if (!left.empty()) return {.violation = Run::Violation::crashed, .what = std::move(left), .stopped = true};
    if (stop.kind != Stop::Kind::none) {
        run.stopped = true;
        classify(stop, c, placed, run);
        if (stop.kind == Stop::Kind::timeout) {
            pulse_->count_hang(stop.seconds);
            Hangs& hangs = hangs_by_sizes_[c.sizes];
            if (++hangs.count == 1) hangs.what = run.what;
            run.what = hangs.what;
        }
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

// Code for SSE is slow with them filled: then for small cases and now and then, more often where the row declares
// them.
bool KernelRunner::fills_upper_halves(const Case& c) const {
    constexpr std::size_t small = 256;  // bytes
    const std::size_t now_and_then = kernel_.cpu_features.find("avx") != std::string::npos ? 16 : 1024;
    return bytes_of(c) <= small || fills_ % now_and_then < 2;
}

RegisterFill KernelRunner::next_fill() {
    return fills_++ % 2 == 0 ? RegisterFill::all_ones : RegisterFill::other_nan;
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
            return fmt::format("writes {} past the end of {}",
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
        run.what = at >= end ? fmt::format("{} past the end of {} (first at byte {} past it)", verb, operand.name,
                                           at - end)
                             : fmt::format("{} before the start of {} ({} before it)", verb, operand.name,
                                           bytes_text(begin - at));
        return;
    }
}

}  // namespace brickproof
