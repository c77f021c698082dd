#include "f16_to_f32/f16_to_f32_oracle.hpp"

#include <algorithm>

#include "engine/fills.hpp"

namespace brickproof {

Array<double> exact_f16_to_f32(std::span<const std::uint16_t> x) {
    Array<double> y(x.size());
    std::ranges::transform(x, y.begin(), half_value);
    return y;
}

}  // namespace brickproof
