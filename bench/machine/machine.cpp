#include "bench/machine/machine.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace brickproof::bench {
namespace {

// What follows "name : " in a file of such lines; empty if there is no such line.
std::string field(const char* path, const std::string& name) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(name)) continue;
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
        return begin == std::string::npos ? std::string() : line.substr(begin);
    }
    return {};
}

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

Caches read_caches() {
    Caches caches;
    for (int index = 0; index < 8; ++index) {
        const std::string folder = fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/", index);
        const std::string level = first_line(folder + "level");
        if (level.empty() || first_line(folder + "type") == "Instruction") continue;
        const std::size_t size = parse_cache_size(first_line(folder + "size"));
        if (level == "1") caches.l1_data = size;
        if (level == "2") caches.l2 = size;
        caches.last_level = std::max(caches.last_level, size);
    }
    caches.reported = caches.l1_data > 0 && caches.last_level > caches.l1_data;
    if (caches.reported) return caches;
    constexpr std::size_t kib = 1024;  // larger last-level caches are rare in one CPU's reach
    return {32 * kib, 512 * kib, 32 * kib * kib, false};
}

std::string read_virtual_machine() {
    if (const std::string type = first_line("/sys/hypervisor/type"); !type.empty()) return "yes (" + type + ")";
    const std::string vendor = first_line("/sys/class/dmi/id/sys_vendor");
    for (const char* known : {"QEMU", "Amazon EC2", "Google", "VMware", "Xen", "innotek", "DigitalOcean"})
        if (vendor.starts_with(known)) return "yes (" + vendor + ")";
    const std::string flags = field("/proc/cpuinfo", "flags");
    if ((flags + " ").find(" hypervisor ") != std::string::npos) return "yes (the CPU reports a hypervisor)";
    return flags.empty() ? "not known" : "no hypervisor reported";
}

// Of one line of /proc/stat, in ticks.
struct CpuTimes {
    double idle = 0.0;  // waiting for a device, too
    double stolen = 0.0;
    double total = 0.0;
};

CpuTimes read_times(const std::string& line) {
    std::istringstream text(line);
    std::string name;
    text >> name;
    CpuTimes times;
    // user nice system idle iowait irq softirq steal; guests' time is in user's
    constexpr int idle = 3, iowait = 4, steal = 7, columns = 8;
    double ticks = 0.0;
    for (int column = 0; column < columns && text >> ticks; ++column) {
        times.total += ticks;
        if (column == idle || column == iowait) times.idle += ticks;
        if (column == steal) times.stolen = ticks;
    }
    return times;
}

std::string cpu_line(const std::string& name) {
    std::ifstream file("/proc/stat");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(name + " ")) return line;
    return {};
}

// Of those that this process may use; -1 where the system does not say.
int least_busy_cpu() {
    constexpr auto moment = std::chrono::milliseconds(100);
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return sched_getcpu();
    std::vector<std::pair<int, std::string>> lines;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed))
            lines.emplace_back(cpu, cpu_line(fmt::format("cpu{}", cpu)));
    if (lines.size() > 1) std::this_thread::sleep_for(moment);
    int best = sched_getcpu();
    double least = 2.0;
    for (const auto& [cpu, before] : lines) {
        const double busy = busy_share(before, cpu_line(fmt::format("cpu{}", cpu)));
        if (before.empty() || busy >= least) continue;
        least = busy;
        best = cpu;
    }
    return best;
}

bool pin_to(int cpu) {
    if (cpu < 0) return false;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<std::size_t>(cpu), &only);
    return sched_setaffinity(0, sizeof(only), &only) == 0;
}

// The highest that is permitted. Real-time, the lowest of it, where another CPU is left for everybody else:
// niceness counts only among the threads of one session or container. Linux keeps 5% of the CPU from real-time
// threads, so that even one that hangs can be stopped.
std::string raise_priority(std::size_t cpus) {
    sched_param lowest{};
    lowest.sched_priority = 1;
    if (cpus > 1 && sched_setscheduler(0, SCHED_FIFO, &lowest) == 0) return "real-time";
    for (int niceness = -20; niceness < 0; niceness += 5)
        if (setpriority(PRIO_PROCESS, 0, niceness) == 0) return fmt::format("nice {}", niceness);
    errno = 0;
    const int niceness = getpriority(PRIO_PROCESS, 0);
    return errno == 0 ? fmt::format("nice {}, no more is permitted", niceness) : "not known";
}

// "0.20 0.18 0.12 3/80 11206": of 80 threads, 3 can run.
std::optional<int> read_runnable() {
    std::istringstream text(first_line("/proc/loadavg"));
    std::string skipped;
    int runnable = 0;
    if (!(text >> skipped >> skipped >> skipped >> runnable)) return std::nullopt;
    return std::max(0, runnable - 1);
}

std::string read_governor(int cpu) {
    const std::string governor =
        first_line(fmt::format("/sys/devices/system/cpu/cpu{}/cpufreq/scaling_governor", std::max(cpu, 0)));
    return governor.empty() ? "not reported" : governor;
}

std::string read_turbo() {
    if (const std::string off = first_line("/sys/devices/system/cpu/intel_pstate/no_turbo"); !off.empty())
        return off == "1" ? "off" : "on";
    if (const std::string on = first_line("/sys/devices/system/cpu/cpufreq/boost"); !on.empty())
        return on == "1" ? "on" : "off";
    return "not reported";
}

}  // namespace

std::size_t parse_cache_size(const std::string& text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return 0;
    const std::string unit(end, text.data() + text.size());
    if (unit == "K") return number << 10;
    if (unit == "M") return number << 20;
    return unit.empty() ? number : 0;
}

std::size_t available_memory() {
    const std::string text = field("/proc/meminfo", "MemAvailable");
    std::size_t kib = 0;
    std::from_chars(text.data(), text.data() + text.size(), kib);
    return kib << 10;
}

double busy_share(const std::string& before, const std::string& after) {
    const CpuTimes then = read_times(before);
    const CpuTimes now = read_times(after);
    return now.total > then.total ? 1.0 - (now.idle - then.idle) / (now.total - then.total) : 0.0;
}

std::string why_not_comparable(const Machine& there, const Machine& here) {
    std::string differs;
    const auto compare = [&differs](std::string_view what, const auto& of_there, const auto& of_here) {
        if (of_there != of_here)
            differs += fmt::format("{}{}: {} there, {} here", differs.empty() ? "" : "; ", what, of_there, of_here);
    };
    compare("CPU", there.cpu_model, here.cpu_model);
    compare("number of CPUs", there.cpus, here.cpus);
    compare("L1", there.caches.l1_data, here.caches.l1_data);
    compare("L2", there.caches.l2, here.caches.l2);
    compare("last-level cache", there.caches.last_level, here.caches.last_level);
    compare("governor", there.governor, here.governor);
    compare("turbo", there.turbo, here.turbo);
    compare("virtual machine", there.virtual_machine, here.virtual_machine);
    return differs;
}

Machine steady_and_describe() {
    Machine machine;
    machine.cpu = least_busy_cpu();
    machine.pinned = pin_to(machine.cpu);
    machine.cpus = static_cast<std::size_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
    machine.priority = raise_priority(machine.cpus);
    machine.cpu_model = field("/proc/cpuinfo", "model name");
    if (machine.cpu_model.empty()) machine.cpu_model = "CPU of unknown model";
    double load = 0.0;
    if (getloadavg(&load, 1) == 1) machine.load_average = load;
    machine.runnable = read_runnable();
    machine.governor = read_governor(machine.cpu);
    machine.turbo = read_turbo();
    machine.virtual_machine = read_virtual_machine();
    machine.caches = read_caches();
    machine.stolen_seconds = read_times(cpu_line("cpu")).stolen / static_cast<double>(sysconf(_SC_CLK_TCK));
    return machine;
}

}  // namespace brickproof::bench
