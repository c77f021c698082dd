// Checks of operands of several dimensions. For the checked API only, never in a kernel.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string_view>

#include "brick/result.hpp"

namespace brick {

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
