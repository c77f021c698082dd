#include <algorithm>
#include <array>

#include "brick/q8_0.hpp"
#include "dispatch/active_kernel.hpp"
#include "q8_0_dequantize/q8_0_dequantize_kernels.hpp"
#include "support/checks.hpp"
#include "support/half.hpp"

namespace brick {

std::span<const brickproof_kernel> q8_0_dequantize_kernels() {
    static const std::array kernels = {
        kernel_row("q8_0.dequantize", "scalar", "", q8_0_dequantize_scalar),
#if defined(__x86_64__)
        kernel_row("q8_0.dequantize", "avx2", "avx2,fma,f16c", q8_0_dequantize_avx2),
#elif defined(__aarch64__)
        kernel_row("q8_0.dequantize", "neon", "neon", q8_0_dequantize_neon),
#endif
    };
    return kernels;
}

namespace q8_0 {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;

Result<void> check(std::span<const brickproof_q8_0> blocks, std::span<const float> y) {
    constexpr std::string_view function = "q8_0::dequantize";
    BRICK_TRY(check_not_empty(function, blocks.size()));
    if (y.size() / block_size != blocks.size() || y.size() % block_size != 0) {
        return make_error(ErrorCode::length_mismatch, function, ": y has ", y.size(), " elements, but ",
                          blocks.size(), " blocks hold ", blocks.size() * block_size, " values");
    }
    const auto bad = std::ranges::find_if(blocks, [](const auto& block) { return (block.d & 0x7c00u) == 0x7c00u; });
    if (bad == blocks.end()) return {};
    return make_error(ErrorCode::bad_scale, function, ": the scale of block ", bad - blocks.begin(), " is ",
                      float_from_half(bad->d), "; these blocks are damaged or were quantised from such values");
}

}  // namespace

Result<void> dequantize(std::span<const brickproof_q8_0> blocks, std::span<float> y) {
    BRICK_TRY(check(blocks, y));
    static ActiveKernel active(q8_0_dequantize_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    kernel_function<brickproof_q8_0_dequantize_fn> (**kernel)(blocks.data(), y.data(), y.size());
    return {};
}

}  // namespace q8_0
}  // namespace brick
