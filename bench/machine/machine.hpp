// The machine that was measured on: a number without it means nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace brickproof::bench {

struct Caches {
    std::size_t l1_data = 0;  // bytes
    std::size_t l2 = 0;
    std::size_t last_level = 0;
    bool reported = false;  // by the system; else assumed
};

struct Machine {
    std::string cpu_model;
    std::size_t cpus = 0;
    int cpu = -1;                        // the one that this thread runs on
    bool pinned = false;                 // to it
    std::string priority;                // "real-time", "nice -20", ...
    std::optional<double> load_average;  // of one minute
    std::optional<int> runnable;         // threads that want a CPU now, this one not counted
    std::string governor;                // of clock rates; "not reported" as in most virtual machines
    std::string turbo;                   // "on", "off", "not reported"
    std::string virtual_machine;         // "yes", "yes (KVM)", "not known"
    Caches caches;
    double stolen_seconds = 0.0;  // of all CPUs since the system began, by its hypervisor
};

// Pins this thread to the CPU that was least busy in the last moment and raises its priority, as far as the system
// permits; describes the machine.
Machine steady_and_describe();

// "cpu0 1 2 3 4 5 6 7 8 ..." of /proc/stat: the share of time in which the CPU was busy between two such lines, 0
// to 1; 0 where nothing passed.
double busy_share(const std::string& before, const std::string& after);

// Two machines whose figures can be compared, or in which they differ ("CPU model: A there, B here").
std::string why_not_comparable(const Machine& there, const Machine& here);

// Bytes that can be had without swapping; 0 where the system does not say.
std::size_t available_memory();

// "48K" or "32M", as Linux's cache descriptions write sizes; 0 for anything else.
std::size_t parse_cache_size(const std::string& text);

}  // namespace brickproof::bench
