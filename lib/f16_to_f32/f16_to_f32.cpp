#include <array>

#include "brick/f16.hpp"
#include "dispatch/active_kernel.hpp"
#include "f16_to_f32/f16_to_f32_kernels.hpp"
#include "support/checks.hpp"

namespace brick {

std::span<const brickproof_kernel> f16_to_f32_kernels() {
    static const std::array kernels = {
        kernel_row("f16.to_f32", "scalar", "", f16_to_f32_scalar),
#if defined(__x86_64__)
        kernel_row("f16.to_f32", "avx2", "avx2,fma,f16c", f16_to_f32_avx2),
#elif defined(__aarch64__)
        kernel_row("f16.to_f32", "neon", "neon", f16_to_f32_neon),
#endif
    };
    return kernels;
}

namespace f16 {

Result<void> to_f32(std::span<const std::uint16_t> halves, std::span<float> y) {
    constexpr std::string_view function = "f16::to_f32";
    BRICK_TRY(check_not_empty(function, halves.size()));
    BRICK_TRY(check_size(function, "y", y.size(), halves.size(), halves.size()));
    static ActiveKernel active(f16_to_f32_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    kernel_function<brickproof_f16_to_f32_fn> (**kernel)(halves.data(), y.data(), halves.size());
    return {};
}

}  // namespace f16
}  // namespace brick
