#include "brick/gemv.hpp"

#include <array>
#include <limits>
#include <string_view>

#include "dispatch/active_kernel.hpp"
#include "gemv/gemv_kernels.hpp"
#include "support/checks.hpp"
#include "support/operand_checks.hpp"
#include "threads/ranges.hpp"

namespace brick {

std::span<const brickproof_kernel> gemv_kernels() {
    static const std::array kernels = {
        kernel_row("gemv", "scalar", "", gemv_scalar),
#if defined(__x86_64__)
        kernel_row("gemv", "avx2", "avx2,fma", gemv_avx2),
#elif defined(__aarch64__)
        kernel_row("gemv", "neon", "neon", gemv_neon),
#endif
    };
    return kernels;
}

namespace {

constexpr std::string_view function = "gemv";

Result<void> check_shape(std::size_t rows, std::size_t cols) {
    if (rows == 0 || cols == 0)
        return make_error(ErrorCode::zero_dimension, function, ": rows is ", rows, " and cols is ", cols,
                          "; both must be at least 1");
    if (rows > std::numeric_limits<std::size_t>::max() / cols)
        return make_error(ErrorCode::length_mismatch, function, ": rows * cols = ", rows, " * ", cols,
                          " is more than a size_t holds");
    return {};
}

}  // namespace

Result<void> gemv(std::span<const float> w, std::span<const float> x, std::span<const float> bias,
                  std::span<float> y, std::size_t rows, std::size_t cols, const Executor& executor) {
    BRICK_TRY(check_shape(rows, cols));
    BRICK_TRY(check_length(function, "w", w.size(), rows * cols, "rows * cols"));
    BRICK_TRY(check_length(function, "x", x.size(), cols, "cols"));
    BRICK_TRY(check_length(function, "y", y.size(), rows, "one value for each row"));
    if (!bias.empty()) {
        if (const auto checked =
                check_length(function, "bias", bias.size(), rows, "one value for each row, or none");
            !checked)
            return checked;
    }
    BRICK_TRY(check_finite(function, "x", x));
    BRICK_TRY(check_finite(function, "bias", bias));
    BRICK_TRY(check_finite(function, "w", w));
    static ActiveKernel active(gemv_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    const auto run = kernel_function<brickproof_gemv_fn>(**kernel);
    for_ranges(executor, rows, cols * sizeof(float), [&](std::size_t first, std::size_t last) {
        run(&w[first * cols], x.data(), bias.empty() ? nullptr : &bias[first], &y[first], last - first, cols);
    });
    return {};
}

}  // namespace brick
