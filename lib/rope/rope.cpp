#include "brick/rope.hpp"

#include <array>
#include <cmath>

#include "dispatch/active_kernel.hpp"
#include "rope/rope_kernels.hpp"
#include "support/checks.hpp"
#include "support/operand_checks.hpp"

namespace brick {

std::span<const brickproof_kernel> rope_kernels() {
    static const std::array kernels = {
        kernel_row("rope", "scalar", "", rope_scalar),
#if defined(__x86_64__)
        kernel_row("rope", "avx2", "avx2,fma", rope_avx2),
#elif defined(__aarch64__)
        kernel_row("rope", "neon", "neon", rope_neon),
#endif
    };
    return kernels;
}

namespace {

constexpr std::string_view function = "rope";

static_assert(static_cast<int>(RopeStyle::norm) == rope_style_norm);
static_assert(static_cast<int>(RopeStyle::neox) == rope_style_neox);

Result<void> check_parameters(std::size_t heads, std::size_t head_dim, float theta, RopeStyle style) {
    if (heads == 0 || head_dim == 0) {
        return make_error(ErrorCode::zero_dimension, function, ": heads is ", heads, " and head_dim is ", head_dim,
                          "; both must be at least 1");
    }
    if (head_dim % 2 != 0) {
        return make_error(ErrorCode::bad_parameter, function, ": head_dim is ", head_dim,
                          ", but pairs need an even one");
    }
    if (!(theta > 0) || !std::isfinite(theta)) {
        return make_error(ErrorCode::bad_parameter, function, ": theta is ", theta,
                          "; it must be positive and finite");
    }
    if (style != RopeStyle::norm && style != RopeStyle::neox) {
        return make_error(ErrorCode::bad_parameter, function, ": style is ", static_cast<int>(style),
                          "; it must be 0 (NORM) or 2 (NEOX)");
    }
    return {};
}

}  // namespace

Result<void> rope(std::span<float> x, std::size_t heads, std::size_t head_dim, std::size_t position, float theta,
                  RopeStyle style) {
    if (const auto checked = check_parameters(heads, head_dim, theta, style); !checked) return checked;
    if (const auto checked = check_operand_shape(function, "x", x.size(), "[heads][head_dim]", {heads, head_dim});
        !checked) {
        return checked;
    }
    if (const auto checked = check_finite(function, "x", x); !checked) return checked;
    static ActiveKernel active(rope_kernels());
    const auto kernel = active.get();
    if (!kernel) return kernel.error();
    kernel_function<brickproof_rope_fn> (**kernel)(x.data(), heads, head_dim, position, theta,
                                                   static_cast<int>(style));
    return {};
}

}  // namespace brick
