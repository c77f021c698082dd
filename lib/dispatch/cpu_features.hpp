// The CPU's features by name, asked once.
#pragma once

#include <string_view>

namespace brick {

// Whether the CPU has this one feature and the operating system saves the registers that it needs.
bool cpu_has_feature(std::string_view name);

// Whether cpu_has_feature knows the name at all.
bool knows_cpu_feature(std::string_view name);

// Calls visit(feature) for each name of a comma-separated list, until one returns true; returns that name, or "".
template <class Visit>
std::string_view find_feature(std::string_view list, Visit visit) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view name = list.substr(0, comma);
        if (visit(name)) return name;
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return {};
}

}  // namespace brick
