#include <array>
#include <limits>
#include <string_view>

#include "brick/q8_0_gemv.hpp"
#include "dispatch/active_kernel.hpp"
#include "q8_0_gemv/q8_0_gemv_kernels.hpp"
#include "support/operand_checks.hpp"
#include "support/scale_checks.hpp"
#include "threads/ranges.hpp"

namespace brick {

std::span<const brickproof_kernel> q8_0_gemv_kernels() {
    static const std::array kernels = {
        kernel_row("q8_0.gemv", "scalar", "", q8_0_gemv_scalar),
#if defined(__x86_64__)
        kernel_row("q8_0.gemv", "avx2", "avx2,fma,f16c", q8_0_gemv_avx2),
        kernel_row("q8_0.gemv", "avx_vnni", "avx2,fma,f16c,avx_vnni", q8_0_gemv_avx_vnni),
#elif defined(__aarch64__)
        kernel_row("q8_0.gemv", "neon", "neon", q8_0_gemv_neon),
        kernel_row("q8_0.gemv", "neon_dotprod", "neon,dotprod", q8_0_gemv_neon_dotprod),
#endif
    };
    return kernels;
}

namespace q8_0 {
namespace {

constexpr std::string_view function = "q8_0::gemv";

struct Shape {
    std::size_t rows;
    std::size_t cols;
    std::size_t blocks() const { return cols / BRICKPROOF_Q8_0_BLOCK; }
};

Result<void> check_shape(Shape shape) {
    if (shape.rows == 0 || shape.cols == 0) {
        return make_error(ErrorCode::zero_dimension, function, ": rows is ", shape.rows, " and cols is ",
                          shape.cols, "; both must be at least 1");
    }
    if (shape.cols % BRICKPROOF_Q8_0_BLOCK != 0) {
        return make_error(ErrorCode::not_a_block_multiple, function, ": cols is ", shape.cols,
                          ", which is no multiple of the block size ", BRICKPROOF_Q8_0_BLOCK);
    }
    if (shape.rows > std::numeric_limits<std::size_t>::max() / shape.cols) {
        return make_error(ErrorCode::length_mismatch, function, ": rows * cols = ", shape.rows, " * ", shape.cols,
                          " is more than a size_t holds");
    }
    return {};
}

Result<void> check_lengths(Shape shape, std::size_t w, std::size_t x, std::size_t y) {
    if (const auto checked = check_length(function, "w", w, shape.rows * shape.blocks(), "rows * cols / 32 blocks");
        !checked) {
        return checked;
    }
    BRICK_TRY(check_length(function, "x", x, shape.blocks(), "cols / 32 blocks"));
    return check_length(function, "y", y, shape.rows, "one value for each row");
}

}  // namespace

Result<void> gemv(std::span<const brickproof_q8_0> w, std::span<const brickproof_q8_0> x, std::span<float> y,
                  std::size_t rows, std::size_t cols, const Executor& executor) {
    const Shape shape{rows, cols};
    BRICK_TRY(check_shape(shape));
    BRICK_TRY(check_lengths(shape, w.size(), x.size(), y.size()));
    BRICK_TRY(check_scales(function, "x", x));
    BRICK_TRY(check_scales(function, "w", w));
    static ActiveKernel active(q8_0_gemv_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    const auto run = kernel_function<brickproof_q8_0_gemv_fn>(**kernel);
    for_ranges(executor, rows, shape.blocks() * sizeof(brickproof_q8_0), [&](std::size_t first, std::size_t last) {
        run(&w[first * shape.blocks()], x.data(), &y[first], last - first, cols);
    });
    return {};
}

}  // namespace q8_0
}  // namespace brick
