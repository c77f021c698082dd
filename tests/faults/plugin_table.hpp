#pragma once

#include <span>
#include <vector>

#include "brickproof/kernel_abi.h"

namespace brickproof::faults {

/// The entries as kernels of a plug-in: the variant is the entry's name. The CPU needs nothing special.
template <class Entry>
std::vector<brickproof_kernel> plugin_kernels(std::span<const Entry> entries) {
    std::vector<brickproof_kernel> kernels;
    kernels.reserve(entries.size());
    for (const Entry& entry : entries) {
        kernels.push_back({.op = entry.op,
                           .variant = entry.name,
                           .cpu_features = "",
                           .assumes = "",
                           .read_slack = 0,
                           .fn = entry.fn});
    }
    return kernels;
}

}  // namespace brickproof::faults
