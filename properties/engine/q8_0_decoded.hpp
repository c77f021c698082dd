// Q8_0 blocks as float64 arrays, for the oracles' formulae.
#pragma once

#include <span>
#include <xtensor/xtensor.hpp>

#include "brickproof/kernel_abi.h"

namespace brickproof {

struct DecodedBlocks {
    xt::xtensor<double, 1> scales;  // [blocks]
    xt::xtensor<double, 2> quants;  // [blocks][32]
};

DecodedBlocks decode_blocks(std::span<const brickproof_q8_0> blocks);

}  // namespace brickproof
