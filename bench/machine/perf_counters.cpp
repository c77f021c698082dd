#include "bench/machine/perf_counters.hpp"

#include <fmt/format.h>

#if defined(__linux__)
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#endif

namespace brickproof::bench {

#if defined(__linux__)

namespace {

constexpr PerfPair cycles_and_instructions = {
    {{PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES}, {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS}}};

int open_counter(const PerfEvent& event, int leader) {
    perf_event_attr attributes{};
    attributes.type = event.type;
    attributes.size = sizeof(attributes);
    attributes.config = event.config;
    if (leader < 0) attributes.disabled = 1;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, leader, 0));
}

std::string describe(int error) {
    if (error == ENOENT || error == EOPNOTSUPP)
        return "perf_event: this CPU offers no counters, as in many virtual machines";
    std::string text = fmt::format("perf_event: {}", std::strerror(error));
    std::string level;
    if (std::ifstream file("/proc/sys/kernel/perf_event_paranoid"); error == EACCES && std::getline(file, level))
        text += fmt::format(" (kernel.perf_event_paranoid is {})", level);
    return text;
}

std::optional<PerfReading> read_group(int leader) {
    PerfReading reading;
    if (read(leader, &reading, sizeof(reading)) != static_cast<ssize_t>(sizeof(reading))) return std::nullopt;
    return reading;
}

}  // namespace

PerfCounters::PerfCounters() : PerfCounters(cycles_and_instructions) {}

PerfCounters::PerfCounters(const PerfPair& events) {
    cycles_ = open_counter(events[0], -1);
    if (cycles_ >= 0) instructions_ = open_counter(events[1], cycles_);
    if (!are_there()) why_not_ = describe(errno);
}

PerfCounters::~PerfCounters() {
    for (const int counter : {instructions_, cycles_})
        if (counter >= 0) close(counter);
}

// The leader alone is switched on and off, which starts and stops the group. With PERF_IOC_FLAG_GROUP, which
// switches each member too, Linux 6.18 was seen to count nothing of the second event from the second time on. By
// differences: PERF_EVENT_IOC_RESET leaves the two times as they are, so that one moment without counters would
// speak against all that is counted later.
std::optional<Counts> PerfCounters::count(const std::function<void()>& work) const {
    if (!are_there()) return std::nullopt;
    const std::optional<PerfReading> before = read_group(cycles_);
    ioctl(cycles_, PERF_EVENT_IOC_ENABLE, 0);
    work();
    ioctl(cycles_, PERF_EVENT_IOC_DISABLE, 0);
    const std::optional<PerfReading> after = read_group(cycles_);
    return before && after ? counts_between(*before, *after) : std::nullopt;
}

#else

PerfCounters::PerfCounters() : PerfCounters(PerfPair{}) {}
PerfCounters::PerfCounters(const PerfPair&) : why_not_("perf_event: only Linux has it") {}
PerfCounters::~PerfCounters() = default;
std::optional<Counts> PerfCounters::count(const std::function<void()>&) const {
    return std::nullopt;
}

#endif

std::optional<Counts> counts_between(const PerfReading& before, const PerfReading& after) {
    const std::uint64_t enabled = after.enabled - before.enabled;
    const std::uint64_t running = after.running - before.running;
    if (before.number != 2 || after.number != 2 || running == 0 || running < enabled) return std::nullopt;
    return Counts{after.values[0] - before.values[0], after.values[1] - before.values[1]};
}

}  // namespace brickproof::bench
