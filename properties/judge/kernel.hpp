// A kernel under judgement: a row of a kernel table, checked.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/contract.hpp"

namespace brickproof {

struct Kernel {
    std::string library;
    std::string variant;
    std::string cpu_features{};
    std::vector<std::string> assumes{};
    std::size_t read_slack = 0;
    KernelFunction fn = nullptr;
    const Contract* contract = nullptr;
    // Characters that this kernel promises to show: a NOTE of them is a FAIL.
    std::vector<std::string> promises{};
    // Where it came from, for the replay command: "" for the library's own.
    std::string plugin_path{};
    // Where the run has other kernels of this op and variant: what tells this one apart, "builtin" or its plug-in's
    // file.
    std::string apart{};
    // What loading its library did to the floating-point environment of the whole process; usually "".
    std::string changed_at_load{};
    // Loading its library started threads, which processes that are forked do not have.
    bool has_threads_from_load = false;
};

}  // namespace brickproof
