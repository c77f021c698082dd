#include "q8_0_quantize/q8_0_quantize_oracle.hpp"

#include <cmath>
#include <limits>

#include "engine/fills.hpp"
#include "engine/q8_0_blocks.hpp"
#include "q8_0_quantize/q8_0_quantize_bound.hpp"

namespace brickproof {
namespace {

// The floats next to x on either side; x itself where it is one.
float float_not_below(double x) {
    const auto nearest = static_cast<float>(x);
    return nearest >= x ? nearest : std::nextafter(nearest, std::numeric_limits<float>::infinity());
}
float float_not_above(double x) {
    const auto nearest = static_cast<float>(x);
    return nearest <= x ? nearest : std::nextafter(nearest, -std::numeric_limits<float>::infinity());
}

double rounded_to_half(double x) {
    return half_value(half_nearest(x));
}

bool all_finite(std::span<const float> block) {
    return std::ranges::all_of(block, [](float x) { return std::isfinite(x); });
}

Quantized read(const Outputs& outputs) {
    Quantized quantized;
    const std::span<const brickproof_q8_0> blocks = outputs.as<brickproof_q8_0>(0);
    quantized.scales.reserve(blocks.size());
    quantized.codes.reserve(blocks.size() * q8_0_block);
    for (const brickproof_q8_0& block : blocks) {
        quantized.scales.push_back(static_cast<float>(half_value(block.d)));
        quantized.codes.append(block.qs);
    }
    return quantized;
}

Array<BlockPromise> promises(const Case& c) {
    return promises_of(q8_0_quantize_format(), values_of(c));
}

}  // namespace

BlockPromise q8_0_block_promise(std::span<const float> block) {
    if (!all_finite(block)) return {};
    const double amax = amax_of(block);
    if (amax == 0.0) return {.scale_promised = true, .codes_promised = true};
    const double scale = amax / 127.0;
    const double error = brick::q8_0_quantize_scale_bound(scale);
    // The half of any float within the error, and of the exact scale, which a kernel may have in float64.
    const double nearest = rounded_to_half(scale);
    BlockPromise promise{.scale = scale,
                         .lowest_scale = std::min(nearest, rounded_to_half(float_not_below(scale - error))),
                         .highest_scale = std::max(nearest, rounded_to_half(float_not_above(scale + error)))};
    promise.scale_promised = std::isfinite(promise.lowest_scale);
    promise.codes_promised = promise.lowest_scale > 0.0 && std::isfinite(promise.highest_scale);
    return promise;
}

const QuantizeFormat& q8_0_quantize_format() {
    static const QuantizeFormat format{.promises = promises,
                                       .promise = q8_0_block_promise,
                                       .code_bound = brick::q8_0_quantize_code_bound,
                                       .read = read,
                                       .scaling_exponents = {1, 6, -1, -6},
                                       .largest_zero_amax = 0.0f,
                                       .round_trip_bound = 0.0};
    return format;
}

}  // namespace brickproof
