// The counter that samples are timed with: the CPU's own where it runs at one rate, else steady_clock.
#pragma once

#include <cstdint>
#include <string_view>

namespace brickproof::bench {

class Clock {
  public:
    enum class Source { time_stamp_counter, virtual_count, steady_clock };

    // x86-64: the time-stamp counter, if the CPU says that its rate never changes and it never stops (CPUID
    // 8000_0007h, EDX bit 8), its rate measured against steady_clock. aarch64: CNTVCT_EL0, by the rate in
    // CNTFRQ_EL0. Elsewhere steady_clock.
    static Clock best();
    static Clock steady();

    // Neither the CPU's earlier nor its later instructions are under way while it reads.
    std::uint64_t ticks() const;
    double nanoseconds(std::uint64_t ticks) const { return static_cast<double>(ticks) * nanoseconds_per_tick_; }

    Source source() const { return source_; }
    double nanoseconds_per_tick() const { return nanoseconds_per_tick_; }
    std::string_view name() const;

  private:
    Clock(Source source, double nanoseconds_per_tick)
        : source_(source), nanoseconds_per_tick_(nanoseconds_per_tick) {}

    Source source_;
    double nanoseconds_per_tick_;
};

}  // namespace brickproof::bench
