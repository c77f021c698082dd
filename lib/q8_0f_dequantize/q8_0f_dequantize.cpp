#include <algorithm>
#include <array>
#include <limits>

#include "brick/q8_0f.hpp"
#include "dispatch/active_kernel.hpp"
#include "q8_0f_dequantize/q8_0f_dequantize_kernels.hpp"
#include "support/checks.hpp"

namespace brick {

std::span<const brickproof_kernel> q8_0f_dequantize_kernels() {
    static const std::array kernels = {
        kernel_row("q8_0f.dequantize", "scalar", "", q8_0f_dequantize_scalar),
#if defined(__x86_64__)
        kernel_row("q8_0f.dequantize", "avx2", "avx2,fma,f16c", q8_0f_dequantize_avx2),
#elif defined(__aarch64__)
        kernel_row("q8_0f.dequantize", "neon", "neon", q8_0f_dequantize_neon),
#endif
    };
    return kernels;
}

namespace q8_0f {
namespace {

// False for NaN, Inf, zero and negative numbers.
bool is_usable(float scale) {
    return scale > 0.0f && scale <= std::numeric_limits<float>::max();
}

Result<void> check(std::span<const std::int8_t> quants, std::span<const float> scales, std::span<const float> y) {
    constexpr std::string_view function = "q8_0f::dequantize";
    BRICK_TRY(check_not_empty(function, quants.size()));
    if (const auto checked =
            check_size(function, "scales", scales.size(), blocks_for(quants.size()), quants.size());
        !checked)
        return checked;
    BRICK_TRY(check_size(function, "y", y.size(), quants.size(), quants.size()));
    const auto bad = std::ranges::find_if_not(scales, is_usable);
    if (bad == scales.end()) return {};
    return make_error(ErrorCode::bad_scale, function, ": scales[", bad - scales.begin(), "] is ", *bad,
                      "; a scale is positive and finite, so these are not the scales of these quants");
}

}  // namespace

Result<void> dequantize(std::span<const std::int8_t> quants, std::span<const float> scales, std::span<float> y) {
    BRICK_TRY(check(quants, scales, y));
    static ActiveKernel active(q8_0f_dequantize_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    kernel_function<brickproof_q8_0f_dequantize_fn> (**kernel)(quants.data(), scales.data(), y.data(), y.size());
    return {};
}

}  // namespace q8_0f
}  // namespace brick
