#include "bench/machine.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <stdlib.h>

#include <charconv>
#include <fstream>

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

Machine pin_and_describe() {
    Machine machine;
    machine.cpu = sched_getcpu();
    if (machine.cpu >= 0) {
        cpu_set_t only;
        CPU_ZERO(&only);
        CPU_SET(static_cast<std::size_t>(machine.cpu), &only);
        machine.pinned = sched_setaffinity(0, sizeof(only), &only) == 0;
    }
    machine.cpu_model = field("/proc/cpuinfo", "model name");
    if (machine.cpu_model.empty()) machine.cpu_model = "CPU of unknown model";
    double load = 0.0;
    if (getloadavg(&load, 1) == 1) machine.load_average = load;
    machine.virtual_machine = read_virtual_machine();
    machine.caches = read_caches();
    return machine;
}

}  // namespace brickproof::bench
