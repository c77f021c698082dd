// Wrong kernels of q8_0.dot for the searches to find.
#pragma once

#include <csignal>
#include <string>

#include "judge/plugin.hpp"

namespace brickproof::fuzz {

inline brickproof_q8_0_dot_fn* right_dot() {
    static const Kernel scalar = [] {
        for (const Kernel& kernel : own_kernels())
            if (kernel.contract->op == "q8_0.dot" && kernel.variant == "scalar") return kernel;
        return Kernel{};
    }();
    return reinterpret_cast<brickproof_q8_0_dot_fn*>(scalar.fn);
}

// Loses the last block where there are 7 of them.
inline float drops_the_seventh_block(const brickproof_q8_0* a, const brickproof_q8_0* b, std::size_t n) {
    return right_dot()(a, b, n == 7 * BRICKPROOF_Q8_0_BLOCK ? n - BRICKPROOF_Q8_0_BLOCK : n);
}

// Ends its process, in a way that no handler of signals sees.
inline float kills_its_process(const brickproof_q8_0* a, const brickproof_q8_0* b, std::size_t n) {
    if (n == 3 * BRICKPROOF_Q8_0_BLOCK) std::raise(SIGKILL);
    return right_dot()(a, b, n);
}

inline Kernel guest(const std::string& variant, brickproof_q8_0_dot_fn* dot) {
    return {.library = "a test",
            .variant = variant,
            .cpu_features = {},
            .assumes = {},
            .fn = reinterpret_cast<KernelFunction>(dot),
            .contract = find_contract("q8_0.dot")};
}

}  // namespace brickproof::fuzz
