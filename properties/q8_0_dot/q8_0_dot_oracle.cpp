#include "q8_0_dot/q8_0_dot_oracle.hpp"

#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>

#include "engine/q8_0_decoded.hpp"

namespace brickproof {
ExactDot exact_q8_0_dot(std::span<const brickproof_q8_0> a, std::span<const brickproof_q8_0> b) {
    if (a.empty()) return {0.0, 0.0};
    const DecodedBlocks x = decode_blocks(a);
    const DecodedBlocks y = decode_blocks(b);
    const xt::xtensor<double, 1> scales = x.scales * y.scales;
    const xt::xtensor<double, 1> block_sums = xt::sum(x.quants * y.quants, {1});
    const xt::xtensor<double, 1> block_magnitudes = xt::sum(xt::abs(x.quants * y.quants), {1});
    return {xt::sum(scales * block_sums)(), xt::sum(xt::abs(scales) * block_magnitudes)()};
}

}  // namespace brickproof
