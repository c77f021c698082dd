#include "bench/perf_counters.hpp"

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

int open_counter(std::uint64_t event, int leader) {
    perf_event_attr attributes{};
    attributes.type = PERF_TYPE_HARDWARE;
    attributes.size = sizeof(attributes);
    attributes.config = event;
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

}  // namespace

PerfCounters::PerfCounters() {
    cycles_ = open_counter(PERF_COUNT_HW_CPU_CYCLES, -1);
    if (cycles_ >= 0) instructions_ = open_counter(PERF_COUNT_HW_INSTRUCTIONS, cycles_);
    if (!are_there()) why_not_ = describe(errno);
}

PerfCounters::~PerfCounters() {
    for (const int counter : {instructions_, cycles_})
        if (counter >= 0) close(counter);
}

std::optional<Counts> PerfCounters::count(const std::function<void()>& work) const {
    if (!are_there()) return std::nullopt;
    ioctl(cycles_, PERF_EVENT_IOC_RESET, PERF_IOC_FLAG_GROUP);
    ioctl(cycles_, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
    work();
    ioctl(cycles_, PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
    struct {
        std::uint64_t number, enabled, running, values[2];
    } group{};
    const bool whole = read(cycles_, &group, sizeof(group)) == static_cast<ssize_t>(sizeof(group));
    if (!whole || group.number != 2 || group.running == 0 || group.running < group.enabled) return std::nullopt;
    return Counts{group.values[0], group.values[1]};
}

#else

PerfCounters::PerfCounters() : why_not_("perf_event: only Linux has it") {}
PerfCounters::~PerfCounters() = default;
std::optional<Counts> PerfCounters::count(const std::function<void()>&) const {
    return std::nullopt;
}

#endif

}  // namespace brickproof::bench
