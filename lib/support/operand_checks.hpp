// Checks of operands of several dimensions. For the checked API only, never in a kernel.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string_view>

#include "brick/result.hpp"

namespace brick {

// Error indivisible_heads unless every kv head serves the same number of heads.
inline Result<void> check_divisible_heads(std::string_view function, std::size_t heads, std::size_t kv_heads) {
    if (heads % kv_heads == 0) return {};
    return make_error(ErrorCode::indivisible_heads, function, ": heads is ", heads,
                      ", which is no multiple of kv_heads, ", kv_heads);
}

// Error length_mismatch unless the named operand has the length that it needs, by the reason given.
inline Result<void> check_length(std::string_view function, std::string_view operand, std::size_t length,
                                 std::size_t needed, std::string_view reason) {
    if (length == needed) return {};
    return make_error(ErrorCode::length_mismatch, function, ": ", operand, " has length ", length, ", but needs ",
                      needed, ": ", reason);
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
