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
    if (const auto checked = check_not_empty(function, x.size()); !checked) return checked;
    if (const auto checked = check_size(function, "y", y.size(), x.size(), x.size()); !checked) return checked;
    if (const auto checked = check_scores(x); !checked) return checked;
    static ActiveKernel active(softmax_kernels());
    const auto kernel = active.get();
    if (!kernel) return kernel.error();
    kernel_function<brickproof_softmax_fn> (**kernel)(x.data(), y.data(), x.size());
    return {};
}

}  // namespace brick
