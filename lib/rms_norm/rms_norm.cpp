#include "brick/rms_norm.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "dispatch/active_kernel.hpp"
#include "rms_norm/rms_norm_kernels.hpp"
#include "support/checks.hpp"

namespace brick {

std::span<const brickproof_kernel> rms_norm_kernels() {
    static const std::array kernels = {
        kernel_row("rms_norm", "scalar", "", rms_norm_scalar),
#if defined(__x86_64__)
        kernel_row("rms_norm", "avx2", "avx2,fma", rms_norm_avx2),
#elif defined(__aarch64__)
        kernel_row("rms_norm", "neon", "neon", rms_norm_neon),
#endif
    };
    return kernels;
}

namespace {

constexpr std::string_view function = "rms_norm";

Result<void> check_lengths(std::size_t x, std::size_t weight, std::size_t y) {
    BRICK_TRY(check_not_empty(function, x));
    BRICK_TRY(check_size(function, "weight", weight, x, x));
    return check_size(function, "y", y, x, x);
}

Result<void> check_eps(std::span<const float> x, float eps) {
    if (!(eps >= 0.0f) || std::isinf(eps))
        return make_error(ErrorCode::bad_parameter, function, ": eps is ", eps,
                          "; it must be finite and not negative");
    if (eps == 0.0f && std::ranges::all_of(x, [](float value) { return value == 0.0f; }))
        return make_error(ErrorCode::bad_parameter, function, ": eps is 0 and so is every x; 0 / 0 is undefined");
    return {};
}

}  // namespace

Result<void> rms_norm(std::span<const float> x, std::span<const float> weight, std::span<float> y, float eps) {
    BRICK_TRY(check_lengths(x.size(), weight.size(), y.size()));
    BRICK_TRY(check_eps(x, eps));
    BRICK_TRY(check_finite(function, "x", x));
    BRICK_TRY(check_finite(function, "weight", weight));
    static ActiveKernel active(rms_norm_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    kernel_function<brickproof_rms_norm_fn> (**kernel)(x.data(), weight.data(), y.data(), x.size(), eps);
    return {};
}

}  // namespace brick
