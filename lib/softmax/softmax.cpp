#include "brick/softmax.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "dispatch/active_kernel.hpp"
#include "softmax/softmax_kernels.hpp"
#include "support/checks.hpp"

namespace brick {

std::span<const brickproof_kernel> softmax_kernels() {
    static const std::array kernels = {
        kernel_row("softmax", "scalar", "", softmax_scalar),
#if defined(__x86_64__)
        kernel_row("softmax", "avx2", "avx2,fma", softmax_avx2),
#elif defined(__aarch64__)
        kernel_row("softmax", "neon", "neon", softmax_neon),
#endif
    };
    return kernels;
}

namespace {

constexpr std::string_view function = "softmax";

Result<void> check_scores(std::span<const float> x) {
    constexpr float largest = std::numeric_limits<float>::max();
    const auto bad = std::ranges::find_if(x, [](float score) { return !(score <= largest); });
    if (bad == x.end()) return {};
    return make_error(ErrorCode::not_finite, function, ": x[", static_cast<std::size_t>(bad - x.begin()), "] is ",
                      *bad, "; a score is finite, or -inf where it is masked");
}

}  // namespace

Result<void> softmax(std::span<const float> x, std::span<float> y) {
    BRICK_TRY(check_not_empty(function, x.size()));
    BRICK_TRY(check_size(function, "y", y.size(), x.size(), x.size()));
    BRICK_TRY(check_scores(x));
    static ActiveKernel active(softmax_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    kernel_function<brickproof_softmax_fn> (**kernel)(x.data(), y.data(), x.size());
    return {};
}

}  // namespace brick
