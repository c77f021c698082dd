#include <array>
#include <string_view>

#include "brick/q8_0_dot.hpp"
#include "dispatch/active_kernel.hpp"
#include "q8_0_dot/q8_0_dot_kernels.hpp"
#include "support/scale_checks.hpp"

namespace brick {

std::span<const brickproof_kernel> q8_0_dot_kernels() {
    static const std::array kernels = {
        kernel_row("q8_0.dot", "scalar", "", q8_0_dot_scalar),
#if defined(__x86_64__)
        kernel_row("q8_0.dot", "avx2", "avx2,fma,f16c", q8_0_dot_avx2),
        kernel_row("q8_0.dot", "avx_vnni", "avx2,fma,f16c,avx_vnni", q8_0_dot_avx_vnni),
#elif defined(__aarch64__)
        kernel_row("q8_0.dot", "neon", "neon", q8_0_dot_neon),
        kernel_row("q8_0.dot", "neon_dotprod", "neon,dotprod", q8_0_dot_neon_dotprod),
#endif
    };
    return kernels;
}

namespace q8_0 {

Result<float> dot(std::span<const brickproof_q8_0> a, std::span<const brickproof_q8_0> b) {
    constexpr std::string_view function = "q8_0::dot";
    if (a.size() != b.size()) {
        return make_error(ErrorCode::length_mismatch, function, ": a has ", a.size(), " blocks and b has ",
                          b.size(), "; both need the same number");
    }
    if (a.empty())
        return make_error(ErrorCode::zero_dimension, function, ": a and b hold no block; give at least one");
    BRICK_TRY(check_scales(function, "a", a));
    BRICK_TRY(check_scales(function, "b", b));
    static ActiveKernel active(q8_0_dot_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    return kernel_function<brickproof_q8_0_dot_fn>(**kernel)(a.data(), b.data(), a.size() * BRICKPROOF_Q8_0_BLOCK);
}

}  // namespace q8_0
}  // namespace brick
