#include "support/checks.hpp"

#include <algorithm>

#include "support/float_bits.hpp"

namespace brick {

std::size_t first_not_finite(std::span<const float> x) {
    constexpr std::size_t chunk = 1024;  // long enough for the maximum to run in vectors
    for (std::size_t first = 0; first < x.size(); first += chunk) {
        const auto part = x.subspan(first, std::min(chunk, x.size() - first));
        if (amax_bits(part.data(), part.size()) < infinity_bits) continue;
        const auto bad = std::ranges::find_if(part, [](float v) { return amax_bits(&v, 1) >= infinity_bits; });
        return first + static_cast<std::size_t>(bad - part.begin());
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
