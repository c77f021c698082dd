#include "brick/rope.hpp"

#include <array>

#include "dispatch/active_kernel.hpp"
#include "rope/rope_checks.hpp"
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

}  // namespace

Result<void> rope(std::span<float> x, std::size_t heads, std::size_t head_dim, std::size_t position, float theta,
                  RopeStyle style) {
    BRICK_TRY(check_rope_parameters(function, heads, head_dim, theta, style));
    if (const auto checked = check_operand_shape(function, "x", x.size(), "[heads][head_dim]", {heads, head_dim});
        !checked) {
        return checked;
    }
    BRICK_TRY(check_finite(function, "x", x));
    static ActiveKernel active(rope_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    kernel_function<brickproof_rope_fn> (**kernel)(x.data(), heads, head_dim, position, theta,
                                                   static_cast<int>(style));
    return {};
}

}  // namespace brick
