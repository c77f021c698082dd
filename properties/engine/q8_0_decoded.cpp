#include "engine/q8_0_decoded.hpp"

#include <xtensor/xbuilder.hpp>

#include "engine/fills.hpp"

namespace brickproof {

DecodedBlocks decode_blocks(std::span<const brickproof_q8_0> blocks) {
    DecodedBlocks decoded{xt::zeros<double>({blocks.size()}),
                          xt::zeros<double>({blocks.size(), std::size_t{BRICKPROOF_Q8_0_BLOCK}})};
    for (std::size_t b = 0; b < blocks.size(); ++b) {
        decoded.scales(b) = half_value(blocks[b].d);
        for (std::size_t i = 0; i < BRICKPROOF_Q8_0_BLOCK; ++i) decoded.quants(b, i) = blocks[b].qs[i];
    }
    return decoded;
}

}  // namespace brickproof
