// Checks of float32 operands that the checked API of several ops makes. Never in a kernel.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "brick/result.hpp"

namespace brick {

// Error not_finite for the first NaN or Inf of the named operand.
inline Result<void> check_operand_finite(std::string_view function, std::string_view operand,
                                         std::span<const float> values) {
    const auto bad = std::ranges::find_if_not(values, [](float value) { return std::isfinite(value); });
    if (bad == values.end()) return {};
    return make_error(ErrorCode::not_finite, function, ": ", operand, "[", bad - values.begin(), "] is ", *bad,
                      "; every value must be finite");
}

// Error length_mismatch unless the named operand has product(dimensions) values; `shape` is how it is spelled.
inline Result<void> check_operand_shape(std::string_view function, std::string_view operand, std::size_t length,
                                        std::string_view shape, std::initializer_list<std::size_t> dimensions) {
    std::size_t needed = 1;
    for (const std::size_t dimension : dimensions) {
        if (dimension != 0 && needed > std::numeric_limits<std::size_t>::max() / dimension) {
            return make_error(ErrorCode::length_mismatch, function, ": ", operand, shape,
                              " has more values than a size_t counts");
        }
        needed *= dimension;
    }
    if (length == needed) return {};
    return make_error(ErrorCode::length_mismatch, function, ": ", operand, " has length ", length, ", but ",
                      operand, shape, " needs ", needed);
}

}  // namespace brick
