#include "q8_0_dot/q8_0_dot_oracle.hpp"

#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include "engine/fills.hpp"

namespace brickproof {
namespace {

struct DecodedBlocks {
    xt::xtensor<double, 1> scales;  // [blocks]
    xt::xtensor<double, 2> quants;  // [blocks][32]
};

DecodedBlocks decode_blocks(std::span<const brickproof_q8_0> blocks) {
    DecodedBlocks decoded{xt::zeros<double>({blocks.size()}),
                          xt::zeros<double>({blocks.size(), std::size_t{BRICKPROOF_Q8_0_BLOCK}})};
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        decoded.scales(b) = half_value(blocks[b].d);
        for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; ++i) decoded.quants(b, i) = blocks[b].qs[i];
    }
    return decoded;
}

}  // namespace

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
