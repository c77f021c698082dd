#include <algorithm>
#include <array>

#include "brick/q8_0.hpp"
#include "dispatch/active_kernel.hpp"
#include "q8_0_quantize/q8_0_quantize_kernels.hpp"
#include "support/checks.hpp"
#include "support/float_bits.hpp"
#include "support/half.hpp"

namespace brick {

std::span<const brickproof_kernel> q8_0_quantize_kernels() {
    static const std::array kernels = {
        kernel_row("q8_0.quantize", "scalar", "", q8_0_quantize_scalar),
#if defined(__x86_64__)
        kernel_row("q8_0.quantize", "avx2", "avx2,fma,f16c", q8_0_quantize_avx2),
#elif defined(__aarch64__)
        kernel_row("q8_0.quantize", "neon", "neon", q8_0_quantize_neon),
#endif
    };
    return kernels;
}

namespace q8_0 {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;
constexpr std::uint16_t half_infinity = 0x7c00;

float block_amax(std::span<const float> x, std::size_t block) {
    return std::bit_cast<float>(amax_bits(x.data() + block * block_size, block_size));
}

Result<void> check_scales(std::span<const float> x) {
    for (std::size_t b = 0; b < x.size() / block_size; ++b) {
        const float amax = block_amax(x, b);
        if (half_from_float(amax / 127.0f) != half_infinity) continue;
        return make_error(
            ErrorCode::scale_overflow, "q8_0::quantize: block ", b, " has amax ", amax,
            ", and amax / 127 = ", amax / 127.0f,
            " is beyond the largest half, 65504; scale the values down, or use q8_0f, whose scales are floats");
    }
    return {};
}

Result<void> check(std::span<const float> x, std::span<const brickproof_q8_0> blocks) {
    constexpr std::string_view function = "q8_0::quantize";
    BRICK_TRY(check_not_empty(function, x.size()));
    if (x.size() % block_size != 0) {
        return make_error(ErrorCode::not_a_block_multiple, function, ": x has ", x.size(),
                          " values, which is no multiple of 32; pad the last block with zeros");
    }
    if (const auto checked = check_size(function, "blocks", blocks.size(), x.size() / block_size, x.size());
        !checked)
        return checked;
    BRICK_TRY(check_finite(function, x));
    return check_scales(x);
}

}  // namespace

Result<void> quantize(std::span<const float> x, std::span<brickproof_q8_0> blocks) {
    BRICK_TRY(check(x, blocks));
    static ActiveKernel active(q8_0_quantize_kernels());
    const auto kernel = active.get();
    BRICK_TRY(kernel);
    kernel_function<brickproof_q8_0_quantize_fn> (**kernel)(x.data(), blocks.data(), x.size());
    return {};
}

}  // namespace q8_0
}  // namespace brick
