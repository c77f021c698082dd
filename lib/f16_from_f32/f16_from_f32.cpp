#include <array>

#include "brick/f16.hpp"
#include "dispatch/active_kernel.hpp"
#include "f16_from_f32/f16_from_f32_kernels.hpp"
#include "support/checks.hpp"

namespace brick {

std::span<const brickproof_kernel> f16_from_f32_kernels() {
    static const std::array kernels = {
        kernel_row("f16.from_f32", "scalar", "", f16_from_f32_scalar),
#if defined(__x86_64__)
        kernel_row("f16.from_f32", "avx2", "avx2,fma,f16c", f16_from_f32_avx2),
#elif defined(__aarch64__)
        kernel_row("f16.from_f32", "neon", "neon", f16_from_f32_neon),
#endif
    };
    return kernels;
}

namespace f16 {

Result<void> from_f32(std::span<const float> x, std::span<std::uint16_t> halves) {
    constexpr std::string_view function = "f16::from_f32";
    BRICK_TRY(check_not_empty(function, x.size()));
    BRICK_TRY(check_size(function, "halves", halves.size(), x.size(), x.size()));
    static ActiveKernel active(f16_from_f32_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    kernel_function<brickproof_f16_from_f32_fn> (**kernel)(x.data(), halves.data(), x.size());
    return {};
}

}  // namespace f16
}  // namespace brick
