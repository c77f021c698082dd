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
    int cpu = -1;                        // the one that this thread runs on
    bool pinned = false;                 // to it
    std::optional<double> load_average;  // of one minute
    std::string virtual_machine;         // "yes", "yes (KVM)", "not known"
    Caches caches;
};

// Pins this thread to the CPU that it is on, where that is permitted, and describes the machine.
Machine pin_and_describe();

// Bytes that can be had without swapping; 0 where the system does not say.
std::size_t available_memory();

// "48K" or "32M", as Linux's cache descriptions write sizes; 0 for anything else.
std::size_t parse_cache_size(const std::string& text);

}  // namespace brickproof::bench
