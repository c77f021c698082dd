// The parameters of rope that its checked API and its brick refuse. For the checked API only, never in a kernel.
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "brick/rope.hpp"

namespace brick {

// Errors: zero_dimension, bad_parameter.
inline Result<void> check_rope_parameters(std::string_view function, std::size_t heads, std::size_t head_dim,
                                          float theta, RopeStyle style) {
    if (heads == 0 || head_dim == 0) {
        return make_error(ErrorCode::zero_dimension, function, ": heads is ", heads, " and head_dim is ", head_dim,
                          "; both must be at least 1");
    }
    if (head_dim % 2 != 0) {
        return make_error(ErrorCode::bad_parameter, function, ": head_dim is ", head_dim,
                          ", but pairs need an even one");
    }
    if (!(theta > 0) || !std::isfinite(theta)) {
        return make_error(ErrorCode::bad_parameter, function, ": theta is ", theta,
                          "; it must be positive and finite");
    }
    if (style != RopeStyle::norm && style != RopeStyle::neox) {
        return make_error(ErrorCode::bad_parameter, function, ": style is ", static_cast<int>(style),
                          "; it must be 0 (NORM) or 2 (NEOX)");
    }
    return {};
}

}  // namespace brick
