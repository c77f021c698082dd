// Cycles and instructions of this thread, where the system lets it count them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace brickproof::bench {

struct Counts {
    std::uint64_t cycles = 0;
    std::uint64_t instructions = 0;
};

class PerfCounters {
  public:
    PerfCounters();
    ~PerfCounters();
    PerfCounters(const PerfCounters&) = delete;
    PerfCounters& operator=(const PerfCounters&) = delete;

    bool are_there() const { return cycles_ >= 0 && instructions_ >= 0; }
    // "perf_event: Permission denied (kernel.perf_event_paranoid is 4)"; empty where they are there.
    const std::string& why_not() const { return why_not_; }
    // Of user code only. Nothing where they are not there, or shared their counters with others meanwhile.
    std::optional<Counts> count(const std::function<void()>& work) const;

  private:
    int cycles_ = -1;
    int instructions_ = -1;
    std::string why_not_;
};

}  // namespace brickproof::bench
