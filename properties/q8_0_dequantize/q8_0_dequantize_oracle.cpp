#include "q8_0_dequantize/q8_0_dequantize_oracle.hpp"

#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "engine/q8_0_decoded.hpp"

namespace brickproof {

Array<double> exact_q8_0_dequantize(std::span<const brickproof_q8_0> blocks) {
    if (blocks.empty()) return {};
    const DecodedBlocks x = decode_blocks(blocks);
    const xt::xtensor<double, 2> y = xt::view(x.scales, xt::all(), xt::newaxis()) * x.quants;
    return {y.begin(), y.end()};
}

}  // namespace brickproof
