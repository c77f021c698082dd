#include <array>

#include "brick/q8_0f.hpp"
#include "dispatch/active_kernel.hpp"
#include "q8_0f_quantize/q8_0f_quantize_kernels.hpp"
#include "support/checks.hpp"

namespace brick {

std::span<const brickproof_kernel> q8_0f_quantize_kernels() {
    static const std::array kernels = {
        kernel_row("q8_0f.quantize", "scalar", "", q8_0f_quantize_scalar),
#if defined(__x86_64__)
        kernel_row("q8_0f.quantize", "avx2", "avx2,fma,f16c", q8_0f_quantize_avx2),
#elif defined(__aarch64__)
        kernel_row("q8_0f.quantize", "neon", "neon", q8_0f_quantize_neon),
#endif
    };
    return kernels;
}

namespace q8_0f {
namespace {

Result<void> check(std::span<const float> x, std::span<const std::int8_t> quants, std::span<const float> scales) {
    constexpr std::string_view function = "q8_0f::quantize";
    BRICK_TRY(check_not_empty(function, x.size()));
    BRICK_TRY(check_size(function, "quants", quants.size(), x.size(), x.size()));
    if (const auto checked = check_size(function, "scales", scales.size(), blocks_for(x.size()), x.size());
        !checked)
        return checked;
    return check_finite(function, x);
}

}  // namespace

Result<void> quantize(std::span<const float> x, std::span<std::int8_t> quants, std::span<float> scales) {
    BRICK_TRY(check(x, quants, scales));
    static ActiveKernel active(q8_0f_quantize_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    kernel_function<brickproof_q8_0f_quantize_fn> (**kernel)(x.data(), quants.data(), scales.data(), x.size());
    return {};
}

}  // namespace q8_0f
}  // namespace brick
