#include "q8_0f_quantize/q8_0f_quantize_oracle.hpp"

#include <cmath>

#include "q8_0f_quantize/q8_0f_quantize_bound.hpp"

namespace brickproof {
namespace {

constexpr float largest_zero_amax = 1e-10f;

Quantized read(const Outputs& outputs) {
    const std::span<const std::int8_t> q = outputs.as<std::int8_t>(0);
    const std::span<const float> scales = outputs.as<float>(1);
    return {{scales.begin(), scales.end()}, {q.begin(), q.end()}};
}

Array<BlockPromise> promises(const Case& c) {
    return promises_of(q8_0f_quantize_format(), values_of(c));
}

}  // namespace

BlockPromise q8_0f_block_promise(std::span<const float> block) {
    if (!std::ranges::all_of(block, [](float x) { return std::isfinite(x); })) return {};
    const float amax = amax_of(block);
    const double scale = (amax <= largest_zero_amax ? 1.0 : static_cast<double>(amax)) / 127.0;
    const double error = brick::q8_0f_quantize_scale_bound(scale);
    return {.scale = scale,
            .lowest_scale = scale - error,
            .highest_scale = scale + error,
            .scale_promised = true,
            .codes_promised = true};
}

const QuantizeFormat& q8_0f_quantize_format() {
    static const QuantizeFormat format{.promises = promises,
                                       .promise = q8_0f_block_promise,
                                       .code_bound = brick::q8_0f_quantize_code_bound,
                                       .read = read,
                                       .scaling_exponents = {1, 7, 100, -1, -30},
                                       .largest_zero_amax = largest_zero_amax,
                                       .round_trip_bound = brick::q8_0f_quantize_round_trip_bound()};
    return format;
}

}  // namespace brickproof
