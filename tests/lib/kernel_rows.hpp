// The rows of the kernel table, as tests need them.
#pragma once

#include <string_view>
#include <vector>

#include "brick/isa.hpp"
#include "dispatch/active_kernel.hpp"

namespace brick {

inline std::vector<brickproof_kernel> kernels_of(std::string_view op) {
    std::vector<brickproof_kernel> found;
    const brickproof_kernel_table& table = kernel_table();
    for (std::size_t i = 0; i < table.count; ++i) {
        if (table.kernels[i].op == op) found.push_back(table.kernels[i]);
    }
    return found;
}

// The scalar kernel and those that this CPU can run.
inline std::vector<brickproof_kernel> runnable_kernels_of(std::string_view op) {
    std::vector<brickproof_kernel> found = kernels_of(op);
    std::erase_if(found, [](const brickproof_kernel& kernel) { return !cpu_has(kernel.cpu_features); });
    return found;
}

}  // namespace brick
