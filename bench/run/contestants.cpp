#include "bench/run/contestants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "bench/machine/bandwidth.hpp"
#include "bench/machine/limit_loops.hpp"
#include "engine/compare.hpp"
#include "judge/fault_trap.hpp"
#include "judge/plugin.hpp"

namespace brickproof::bench {
namespace {

using Call = decltype(Function::call);

// The compiler must take the memory for used.
void consume(const void* memory) {
    asm volatile("" : : "r"(memory) : "memory");
}

void call_in_turn(Call call, KernelFunction fn, const PreparedWorkload& prepared, std::size_t first,
                  std::size_t calls) {
    const Buffers& buffers = prepared.buffers;
    std::size_t set = first % buffers.set_count();
    for (std::size_t i = 0; i < calls; ++i) {
        const auto operands = buffers.set(set);
        call(fn, prepared.shape.sizes, operands);
        consume(operands.data());
        if (++set == buffers.set_count()) set = 0;
    }
}

Outputs outputs_of(const PreparedWorkload& prepared) {
    Outputs outputs;
    for (std::size_t i = 0; i < prepared.shape.operands.size(); ++i) {
        const Operand& operand = prepared.shape.operands[i];
        if (operand.access != Access::output) continue;
        const auto* data = static_cast<const std::byte*>(prepared.buffers.set(0)[i]);
        outputs.arrays.emplace_back(data, data + operand.bytes());
    }
    return outputs;
}

// What is written in place holds its input again, and other outputs nothing.
void begin_outputs(const PreparedWorkload& prepared, std::size_t set) {
    const auto operands = prepared.buffers.set(set);
    for (std::size_t i = 0; i < prepared.shape.operands.size(); ++i) {
        const Operand& operand = prepared.shape.operands[i];
        if (operand.access != Access::output || operand.bytes() == 0) continue;
        if (operand.in_place_of == Operand::none)
            std::memset(operands[i], 0xA5, operand.bytes());
        else
            std::memcpy(operands[i], operands[operand.in_place_of], operand.bytes());
    }
}

}  // namespace

Batch calls_of(const Kernel& kernel, const PreparedWorkload& prepared) {
    return [call = kernel.contract->function.call, fn = kernel.fn, &prepared](
               std::size_t first, std::size_t calls) { call_in_turn(call, fn, prepared, first, calls); };
}

Batch reads_of(const PreparedWorkload& prepared) {
    return [&prepared, read = limit_loops().read](std::size_t first, std::size_t calls) {
        std::uint64_t folded = 0;
        for (std::size_t i = first; i < first + calls; ++i) {
            const auto operands = prepared.buffers.set(i % prepared.buffers.set_count());
            for (std::size_t o = 0; o < operands.size(); ++o) {
                const auto* data = static_cast<const std::byte*>(operands[o]);
                const std::size_t bytes = prepared.shape.operands[o].bytes();
                if (read != nullptr)
                    read(data, bytes);
                else
                    folded ^= read_in_streams({data, bytes});
            }
        }
        consume(&folded);
    };
}

double call_overhead(const Clock& clock, const PreparedWorkload& prepared) {
    constexpr int runs = 20;
    constexpr std::size_t calls = 2000;
    Call volatile nothing = [](KernelFunction, std::span<const std::size_t>, std::span<void* const>) {};
    double least = std::numeric_limits<double>::max();
    for (int run = 0; run < runs; ++run) {
        const std::uint64_t begin = clock.ticks();
        call_in_turn(nothing, nullptr, prepared, 0, calls);
        least = std::min(least, clock.nanoseconds(clock.ticks() - begin) / static_cast<double>(calls));
    }
    return least;
}

bool fit_to_time(const Kernel& kernel, const PreparedWorkload& prepared, Row& row) {
    if (const std::string reason = why_not_runnable(kernel); !reason.empty()) {
        row.state = Row::State::not_run;
        row.reason = fmt::format("{}: {}", kernel.variant, reason);
        return false;
    }
    const std::size_t sets = prepared.in_place ? prepared.buffers.set_count() : 1;
    for (std::size_t set = 0; set < sets; ++set) {
        begin_outputs(prepared, set);
        const Stop stop = call_trapped(
            [&] { kernel.contract->function.call(kernel.fn, prepared.shape.sizes, prepared.buffers.set(set)); });
        if (stop.kind == Stop::Kind::none) continue;
        row.state = Row::State::stopped;
        row.reason = kernel.variant + ": " + describe(stop);
        return false;
    }
    if (prepared.expected.empty()) return true;
    const Outcome outcome = expect_outputs_within(prepared.shape, outputs_of(prepared), prepared.expected);
    if (outcome.kind != Outcome::Kind::fail) return true;
    row.state = Row::State::wrong;
    row.reason = kernel.variant + ": " + outcome.message;
    return false;
}

}  // namespace brickproof::bench
