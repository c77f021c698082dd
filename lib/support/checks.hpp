// Checks that the checked API of several ops makes. `function` is the caller's name, such as "q8_0::quantize".
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "brick/result.hpp"

namespace brick {

constexpr std::size_t blocks_for(std::size_t values) {
    return values / 32 + (values % 32 != 0 ? 1 : 0);
}

// Error zero_dimension for n = 0.
Result<void> check_not_empty(std::string_view function, std::size_t n);

// Error length_mismatch unless the named buffer has the size that the n values at hand need.
Result<void> check_size(std::string_view function, std::string_view buffer, std::size_t size, std::size_t needed,
                        std::size_t n);

// The index of the first NaN or Inf; the size where there is none.
std::size_t first_not_finite(std::span<const float> values);

// Error not_finite for the first NaN or Inf of x.
Result<void> check_finite(std::string_view function, std::span<const float> x);

// The same for the named buffer of an op that computes with floats.
Result<void> check_finite(std::string_view function, std::string_view buffer, std::span<const float> values);

}  // namespace brick
