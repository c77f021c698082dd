#include "planted_fault.hpp"
#include "plugin_table.hpp"

extern "C" __attribute__((visibility("default"))) const brickproof_kernel_table* brickproof_kernels(void) {
    static const auto kernels = brickproof::faults::plugin_kernels(brickproof::faults::correct_kernels());
    static const brickproof_kernel_table table{
        .abi_version = BRICKPROOF_ABI_VERSION,
        .library = "correct but different",
        .count = kernels.size(),
        .kernels = kernels.data(),
    };
    return &table;
}
