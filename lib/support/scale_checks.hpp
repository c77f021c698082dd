// The check of Q8_0 scales that the ops with several operands make. For the checked API only, never in a kernel.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "brick/result.hpp"
#include "brickproof/kernel_abi.h"

namespace brick {

// Error bad_scale for the first NaN or Inf among the scales of the named operand.
inline Result<void> check_scales(std::string_view function, std::string_view operand,
                                 std::span<const brickproof_q8_0> blocks) {
    const auto bad = std::ranges::find_if(blocks, [](const auto& block) { return (block.d & 0x7c00u) == 0x7c00u; });
    if (bad == blocks.end()) return {};
    return make_error(ErrorCode::bad_scale, function, ": the scale of block ", bad - blocks.begin(), " of ",
                      operand, " is ", (bad->d & 0x03ffu) != 0 ? "NaN" : "infinite",
                      "; this block is damaged or was quantised from such values");
}

}  // namespace brick
