#include "support/checks.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "support/float_bits.hpp"

namespace brick {

namespace {

bool is_finite(float value) {
    return (std::bit_cast<std::uint32_t>(value) & infinity_bits) != infinity_bits;
}

// Without a branch, so that it runs in vectors, of SSE2 too: a check of a matrix is to take no longer than reading
// it.
bool all_finite(std::span<const float> values) {
    std::uint32_t others = 0;
    for (const float value : values) others |= is_finite(value) ? 0u : ~0u;
    return others == 0;
}

}  // namespace

std::size_t first_not_finite(std::span<const float> x) {
    constexpr std::size_t chunk = 1024;
    for (std::size_t first = 0; first < x.size(); first += chunk) {
        const auto part = x.subspan(first, std::min(chunk, x.size() - first));
        if (all_finite(part)) continue;
        return first + static_cast<std::size_t>(std::ranges::find_if_not(part, is_finite) - part.begin());
    }
    return x.size();
}

Result<void> check_not_empty(std::string_view function, std::size_t n) {
    if (n != 0) return {};
    return make_error(ErrorCode::zero_dimension, function, ": there are no values; give at least one");
}

Result<void> check_size(std::string_view function, std::string_view buffer, std::size_t size, std::size_t needed,
                        std::size_t n) {
    if (size == needed) return {};
    return make_error(ErrorCode::length_mismatch, function, ": ", buffer, " has ", size, " elements, but ", n,
                      " values need ", needed);
}

Result<void> check_finite(std::string_view function, std::span<const float> x) {
    const std::size_t index = first_not_finite(x);
    if (index == x.size()) return {};
    return make_error(ErrorCode::not_finite, function, ": x[", index, "] is ", x[index],
                      "; only finite values can be quantised");
}

Result<void> check_finite(std::string_view function, std::string_view buffer, std::span<const float> values) {
    const std::size_t index = first_not_finite(values);
    if (index == values.size()) return {};
    return make_error(ErrorCode::not_finite, function, ": ", buffer, "[", index, "] is ", values[index],
                      "; all values must be finite");
}

}  // namespace brick
