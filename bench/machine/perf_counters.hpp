// Cycles and instructions of this thread, where the system lets it count them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace brickproof::bench {

struct Counts {
    std::uint64_t cycles = 0;
    std::uint64_t instructions = 0;
};

// An event as perf_event_open(2) names it: perf_event_attr's type and config.
struct PerfEvent {
    std::uint32_t type = 0;
    std::uint64_t config = 0;
};
using PerfPair = std::array<PerfEvent, 2>;

// What the system says of a pair of counters, since they were opened (PERF_FORMAT_GROUP with both times).
struct PerfReading {
    std::uint64_t number = 0;   // of counters
    std::uint64_t enabled = 0;  // ns
    std::uint64_t running = 0;  // ns: less than enabled where others had the CPU's counters meanwhile
    std::uint64_t values[2] = {};
};
// What was counted between two readings. Nothing where the counters did not run all the time: what was missed is
// not guessed.
std::optional<Counts> counts_between(const PerfReading& before, const PerfReading& after);

class PerfCounters {
  public:
    PerfCounters();  // cycles and instructions
    // Of any two events: the first is reported as cycles, the second as instructions. For tests of what happens
    // between opening and counts, on machines whose CPU offers no counters.
    explicit PerfCounters(const PerfPair& events);
    ~PerfCounters();
    PerfCounters(const PerfCounters&) = delete;
    PerfCounters& operator=(const PerfCounters&) = delete;

    bool are_there() const { return cycles_ >= 0 && instructions_ >= 0; }
    // "perf_event: Permission denied (kernel.perf_event_paranoid is 4)"; empty where they are there.
    const std::string& why_not() const { return why_not_; }
    // Of user code only. Nothing where they are not there, or shared their counters with others meanwhile.
    std::optional<Counts> count(const std::function<void()>& work) const;

  private:
    int cycles_ = -1;  // the group's leader
    int instructions_ = -1;
    std::string why_not_;
};

}  // namespace brickproof::bench
