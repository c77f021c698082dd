#include "brick/q8_0_dot.hpp"

#include <algorithm>
#include <array>

#include "dispatch/active_kernel.hpp"
#include "q8_0_dot/q8_0_dot_kernels.hpp"

namespace brick {

std::span<const brickproof_kernel> q8_0_dot_kernels() {
    static const std::array kernels = {
        kernel_row("q8_0.dot", "scalar", "", q8_0_dot_scalar),
#if defined(__x86_64__)
        kernel_row("q8_0.dot", "avx2", "avx2,fma,f16c", q8_0_dot_avx2),
#elif defined(__aarch64__)
        kernel_row("q8_0.dot", "neon", "neon", q8_0_dot_neon),
        kernel_row("q8_0.dot", "neon_dotprod", "neon,dotprod", q8_0_dot_neon_dotprod),
#endif
    };
    return kernels;
}

namespace q8_0 {
namespace {

Result<void> check_scales(const char* operand, std::span<const brickproof_q8_0> blocks) {
    const auto bad = std::ranges::find_if(blocks, [](const auto& block) { return (block.d & 0x7c00u) == 0x7c00u; });
    if (bad == blocks.end()) return {};
    return make_error(ErrorCode::bad_scale, "q8_0::dot: the scale of block ", bad - blocks.begin(), " of ", operand,
                      " is ", (bad->d & 0x03ffu) != 0 ? "NaN" : "infinite",
                      "; quantise the values anew, or leave the block out");
}

}  // namespace

Result<float> dot(std::span<const brickproof_q8_0> a, std::span<const brickproof_q8_0> b) {
    if (a.size() != b.size()) {
        return make_error(ErrorCode::length_mismatch, "q8_0::dot: a has ", a.size(), " blocks and b has ", b.size(),
                          "; both need the same number");
    }
    if (a.empty())
        return make_error(ErrorCode::zero_dimension, "q8_0::dot: a and b hold no block; give at least one");
    if (const auto checked = check_scales("a", a); !checked) return checked.error();
    if (const auto checked = check_scales("b", b); !checked) return checked.error();
    static ActiveKernel active(q8_0_dot_kernels());
    const auto kernel = active.get();
    if (!kernel) return kernel.error();
    return kernel_function<brickproof_q8_0_dot_fn>(**kernel)(a.data(), b.data(), a.size() * BRICKPROOF_Q8_0_BLOCK);
}

}  // namespace q8_0
}  // namespace brick
