#include "brick/swiglu.hpp"

#include <array>

#include "dispatch/active_kernel.hpp"
#include "support/checks.hpp"
#include "swiglu/swiglu_kernels.hpp"

namespace brick {

std::span<const brickproof_kernel> swiglu_kernels() {
    static const std::array kernels = {
        kernel_row("swiglu", "scalar", "", swiglu_scalar),
#if defined(__x86_64__)
        kernel_row("swiglu", "avx2", "avx2,fma", swiglu_avx2),
#elif defined(__aarch64__)
        kernel_row("swiglu", "neon", "neon", swiglu_neon),
#endif
    };
    return kernels;
}

Result<void> swiglu(std::span<const float> gate, std::span<const float> up, std::span<float> y) {
    constexpr std::string_view function = "swiglu";
    const std::size_t n = gate.size();
    BRICK_TRY(check_not_empty(function, n));
    BRICK_TRY(check_size(function, "up", up.size(), n, n));
    BRICK_TRY(check_size(function, "y", y.size(), n, n));
    BRICK_TRY(check_finite(function, "gate", gate));
    BRICK_TRY(check_finite(function, "up", up));
    static ActiveKernel active(swiglu_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    kernel_function<brickproof_swiglu_fn> (**kernel)(gate.data(), up.data(), y.data(), n);
    return {};
}

}  // namespace brick
