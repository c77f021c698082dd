#include <fmt/format.h>

#include <cmath>

#include "engine/compare.hpp"
#include "engine/quantize_statements.hpp"

namespace brickproof {
namespace {

// Whether a block can make the round trip: its codes mean something, and what they stand for is finite and is not
// taken for zero.
bool makes_the_round_trip(const QuantizeFormat& format, const BlockPromise& promise,
                          std::span<const float> values) {
    const float amax = amax_of(values);
    return promise.codes_promised && std::isfinite(amax) && amax > format.largest_zero_amax;
}

// Rounded once; exact for half scales.
Array<float> dequantized(const Quantized& quantized) {
    Array<float> values(quantized.codes.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(quantized.codes[i] * static_cast<double>(quantized.scales[i / q8_0_block]));
    return values;
}

Outcome expect_same_block(const QuantizeFormat& format, std::size_t b, const Quantized& first,
                          const Quantized& second) {
    const double before = first.scales[b];
    const double after = second.scales[b];
    if (!(std::fabs(after - before) <= format.round_trip_bound * std::fabs(before)))
        return Outcome::fail(
            fmt::format("block {}: quantising its dequantised values changes the scale from {} to {}", b,
                        show(first.scales[b]), show(second.scales[b])));
    for (std::size_t i = b * q8_0_block; i < std::min(first.codes.size(), (b + 1) * q8_0_block); ++i)
        if (first.codes[i] != second.codes[i])
            return Outcome::fail(
                fmt::format("block {}, element {}: quantising its dequantised value changes the code "
                            "from {} to {}",
                            b, i % q8_0_block, first.codes[i], second.codes[i]));
    return Outcome::pass();
}

Outcome idempotent(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const Array<BlockPromise> promises = promises_of(format, trial, c);
    const Quantized first = run_on(format, trial, c);
    Array<float> values = dequantized(first);
    Array<bool> compared(promises.size());
    for (std::size_t b = 0; b < promises.size(); ++b) {
        const std::span<float> block = block_of(std::span<float>(values), b);
        compared[b] = makes_the_round_trip(format, promises[b], block);
        if (!compared[b]) std::ranges::fill(block, 0.0f);
    }
    const Quantized second = run_on(format, trial, values);
    for (std::size_t b = 0; b < promises.size(); ++b) {
        if (!compared[b]) continue;
        Outcome outcome = expect_same_block(format, b, first, second);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

}  // namespace

Statement quantize_idempotent(const QuantizeFormat& format) {
    return {.name = "idempotent",
            .kind = StatementKind::law,
            .says = "quantising the dequantised values again gives the same codes and scales",
            .needs = {"finite"},
            .check = [&format](const Case& c, Trial& trial) { return idempotent(format, c, trial); }};
}

}  // namespace brickproof
