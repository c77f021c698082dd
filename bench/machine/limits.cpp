#include "bench/machine/limits.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "bench/machine/bandwidth.hpp"
#include "bench/machine/limit_loops.hpp"

namespace brickproof::bench {
namespace {

// The compiler must take the value for used.
void consume(std::uint64_t value) {
    asm volatile("" : : "r"(value));
}

// The best of several runs of `run`, which does `amount`: billions of it a second.
double best_rate(const Clock& clock, int runs, double amount, const std::function<void()>& run) {
    double best = 0.0;
    run();
    for (int i = 0; i < runs; ++i) {
        const std::uint64_t begin = clock.ticks();
        run();
        best = std::max(best, amount / clock.nanoseconds(clock.ticks() - begin));
    }
    return best;
}

double peak_of(const Clock& clock, const ArithmeticLoop& loop) {
    constexpr std::size_t steps = 4000;
    constexpr int runs = 50;
    if (loop.run == nullptr) return 0.0;
    return best_rate(clock, runs, loop.operations * static_cast<double>(steps), [&] { loop.run(steps); });
}

// Of memory that is there already: from[bytes] and to[bytes], which together are the working set.
class BandwidthOf {
  public:
    BandwidthOf(const Clock& clock, const LimitLoops& loops, bool past_caches)
        : clock_(clock), loops_(loops), past_caches_(past_caches) {}

    Bandwidth measure(std::byte* memory, std::size_t working_set) const {
        const std::size_t half = working_set / 2 / loop_step * loop_step;
        std::byte* to = memory + half;
        const auto rate = [&](const std::function<void()>& pass) {
            constexpr std::size_t least = 2 << 20;  // bytes in a run: far longer than a reading of the clock
            const std::size_t passes = std::max<std::size_t>(1, least / (2 * half));
            const double amount = 2.0 * static_cast<double>(half * passes);
            return best_rate(clock_, past_caches_ ? 5 : 20, amount, [&] {
                for (std::size_t i = 0; i < passes; ++i) pass();
            });
        };
        Bandwidth found;
        found.read = rate([&] { loops_.read(memory, 2 * half); });
        if (past_caches_)
            found.read = std::max(found.read, rate([&] { consume(read_in_streams({memory, 2 * half})); }));
        found.write = rate([&] { loops_.write(memory, 2 * half); });
        found.copy = rate([&] { loops_.copy(memory, to, half); });
        found.update = 2.0 * rate([&] { loops_.copy(memory, memory, 2 * half); });
        if (!past_caches_) return found;
        found.write = std::max(found.write, rate([&] { loops_.write_past_caches(memory, 2 * half); }));
        found.copy = std::max(found.copy, rate([&] { loops_.copy_past_caches(memory, to, half); }));
        return found;
    }

  private:
    const Clock& clock_;
    const LimitLoops& loops_;
    bool past_caches_;
};

// As what is timed does; 0 where the machine has no such level, or not the memory.
std::size_t working_set_of(Level level, const Caches& caches, std::size_t available_memory) {
    const std::size_t l3 = std::min(4 * caches.l2, caches.last_level / 2);
    switch (level) {
        case Level::l1:
            return caches.l1_data / 2;
        case Level::l2:
            return caches.l2 / 2;
        case Level::l3:
            return l3 >= 2 * caches.l2 ? l3 : 0;
        case Level::dram:
            return 2 * cache_multiple * caches.last_level <= available_memory ? cache_multiple * caches.last_level
                                                                              : 0;
    }
    return 0;
}

// A loop over little memory ends often, and each end costs some cycles: a nearer level may seem the slower one.
void raise_to_farther_levels(Limits& limits) {
    const Bandwidth* farther = nullptr;
    for (auto level = limits.bandwidth.rbegin(); level != limits.bandwidth.rend(); ++level) {
        if (!*level) continue;
        Bandwidth& nearer = **level;
        if (farther != nullptr)
            nearer = {std::max(nearer.read, farther->read), std::max(nearer.write, farther->write),
                      std::max(nearer.copy, farther->copy), std::max(nearer.update, farther->update)};
        farther = &nearer;
    }
}

}  // namespace

Limits measure_limits(const Clock& clock, const Caches& caches, std::size_t available_memory,
                      std::span<const Level> levels, const std::atomic<bool>* stop) {
    const LimitLoops loops = limit_loops();
    Limits limits;
    limits.instructions = loops.instructions;
    if (loops.read == nullptr) return limits;
    limits.peaks = {.multiply_adds = peak_of(clock, loops.multiply_add),
                    .int8_multiply_adds = peak_of(clock, loops.int8_multiply_add),
                    .divisions = peak_of(clock, loops.divide),
                    .square_roots = peak_of(clock, loops.square_root)};
    std::size_t most = 0;
    for (const Level level : levels) most = std::max(most, working_set_of(level, caches, available_memory));
    constexpr std::size_t page = 4096;
    std::vector<std::byte> memory(most + page, std::byte{1});
    const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
    std::byte* aligned = memory.data() + (page - address % page);
    for (const Level level : levels) {
        const std::size_t working_set = working_set_of(level, caches, available_memory);
        if (working_set == 0 || (stop != nullptr && stop->load())) continue;
        limits.bandwidth[static_cast<std::size_t>(level)] =
            BandwidthOf(clock, loops, level == Level::dram).measure(aligned, working_set);
    }
    raise_to_farther_levels(limits);
    return limits;
}

Bound bound_of(const Limits& limits, Level level, std::size_t bytes_read, std::size_t bytes_written,
               const Work& work, bool in_place) {
    Bound bound;
    const auto consider = [&bound](std::string name, double amount, double rate) {
        if (rate > 0.0 && amount / rate > bound.nanoseconds) bound = {std::move(name), amount / rate};
    };
    if (const auto& bandwidth = limits.bandwidth[static_cast<std::size_t>(level)]) {
        const double read = static_cast<double>(bytes_read);
        const double written = static_cast<double>(bytes_written);
        const double both = std::min(read, written);
        const double alone = std::max(read, written) - both;
        const double time = 2.0 * both / (in_place ? bandwidth->update : bandwidth->copy) +
                            alone / (read > written ? bandwidth->read : bandwidth->write);
        const char* kind = 2.0 * both >= alone ? (in_place ? "update" : "copy") : read > written ? "read" : "write";
        consider(std::string(name_of(level)) + " " + kind, time, 1.0);
    }
    consider("multiply-add", work.multiply_adds, limits.peaks.multiply_adds);
    consider("int8 multiply-add", work.int8_multiply_adds, limits.peaks.int8_multiply_adds);
    consider("divide", work.divisions, limits.peaks.divisions);
    consider("square root", work.square_roots, limits.peaks.square_roots);
    return bound;
}

}  // namespace brickproof::bench
