#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "engine/compare.hpp"
#include "engine/quantize_statements.hpp"

namespace brickproof {
namespace {

// Where a message points to: "block 3, element 5 (x[101] = 0.25 (0x...), amax 1 (0x...))".
std::string place(std::span<const float> x, std::size_t i) {
    const std::size_t b = i / q8_0_block;
    return fmt::format("block {}, element {} (x[{}] = {}, amax {})", b, i % q8_0_block, i, show(x[i]),
                       show(amax_of(block_of(x, b))));
}

Outcome scale_is_amax_over_127(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    const Array<BlockPromise> promises = promises_of(format, trial, c);
    const Quantized got = run_on(format, trial, c);
    double largest_share = 0.0;
    for (std::size_t b = 0; b < promises.size(); ++b) {
        const BlockPromise& promise = promises[b];
        if (!promise.scale_promised) continue;
        const double scale = got.scales[b];
        if (!(scale >= promise.lowest_scale && scale <= promise.highest_scale))
            return Outcome::fail(fmt::format(
                "block {} (amax {}): the scale is {}, expected {:.9g} (from {:.9g} to {:.9g}), off by {:.3g} of it",
                b, show(amax_of(block_of(x, b))), show(got.scales[b]), promise.scale, promise.lowest_scale,
                promise.highest_scale, std::fabs(scale - promise.scale) / promise.scale));
        const double room = std::max(promise.highest_scale - promise.scale, promise.scale - promise.lowest_scale);
        if (room > 0.0) largest_share = std::max(largest_share, std::fabs(scale - promise.scale) / room);
    }
    return Outcome::pass(largest_share);
}

Outcome codes_within_half_step(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    const OracleOutput oracle = codes_oracle(format, x, promises_of(format, trial, c));
    const Quantized got = run_on(format, trial, c);
    double largest_share = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::isinf(oracle.bound[i])) continue;
        const double error = std::fabs(got.codes[i] - oracle.exact[i]);
        if (error > oracle.bound[i])
            return Outcome::fail(fmt::format(
                "{}: the code is {}, but x / (amax/127) = {:.9g}: {:.9g} off, at most {:.9g} is rounding",
                place(x, i), got.codes[i], oracle.exact[i], error, oracle.bound[i]));
        if (oracle.bound[i] > 0.0) largest_share = std::max(largest_share, error / oracle.bound[i]);
    }
    return Outcome::pass(largest_share);
}

// |x - q scale| <= s |q - r| + |q| |s - scale|, each with its bound.
Outcome reconstruction_error(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    const Array<BlockPromise> promises = promises_of(format, trial, c);
    const Quantized got = run_on(format, trial, c);
    double largest_share = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const BlockPromise& promise = promises[i / q8_0_block];
        if (!promise.codes_promised || promise.scale == 0.0) continue;
        const double value = got.codes[i] * static_cast<double>(got.scales[i / q8_0_block]);
        const double error = std::fabs(x[i] - value);
        const double of_the_code = promise.scale * format.code_bound(std::fabs(x[i]) / promise.scale);
        const double of_the_scale =
            std::max(promise.highest_scale - promise.scale, promise.scale - promise.lowest_scale);
        const double bound = of_the_code + std::abs(got.codes[i]) * of_the_scale;
        if (!(error <= bound))
            return Outcome::fail(fmt::format(
                "{}: code {} times scale {} gives {:.9g}: {:.4g} off, which is {:.4g} "
                "times the largest error {:.4g} of any correct kernel",
                place(x, i), got.codes[i], show(got.scales[i / q8_0_block]), value, error, error / bound, bound));
        largest_share = std::max(largest_share, error / bound);
    }
    return Outcome::pass(largest_share);
}

Outcome codes_in_range(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    const Quantized got = run_on(format, trial, c);
    for (std::size_t i = 0; i < x.size(); ++i)
        if (got.codes[i] == -128) return Outcome::fail(fmt::format("{}: the code is -128", place(x, i)));
    return Outcome::pass();
}

Outcome extreme_reaches_127(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    const Array<BlockPromise> promises = promises_of(format, trial, c);
    const Quantized got = run_on(format, trial, c);
    for (std::size_t b = 0; b < promises.size(); ++b) {
        const float amax = amax_of(block_of(x, b));
        if (!promises[b].codes_promised || amax <= format.largest_zero_amax) continue;
        for (std::size_t i = b * q8_0_block; i < std::min(x.size(), (b + 1) * q8_0_block); ++i) {
            const int expected = x[i] == amax ? 127 : (x[i] == -amax ? -127 : got.codes[i]);
            if (got.codes[i] != expected)
                return Outcome::fail(
                    fmt::format("{}: the code is {}, expected {}: it is the block's largest magnitude", place(x, i),
                                got.codes[i], expected));
        }
    }
    return Outcome::pass();
}

// The positions of every block's values, ascending by value.
Array<std::size_t> ascending_in_blocks(const Case& c) {
    const std::span<const float> x = values_of(c);
    Array<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t b = 0; b < block_count_of(x.size()); ++b)
        std::ranges::sort(block_of(std::span(order), b), {}, [&](std::size_t i) { return x[i]; });
    return order;
}

Outcome monotone_in_block(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    const Array<BlockPromise> promises = promises_of(format, trial, c);
    const Quantized got = run_on(format, trial, c);
    const Array<std::size_t> ascending = trial.derived(c, ascending_in_blocks);
    for (std::size_t b = 0; b < promises.size(); ++b) {
        if (!promises[b].codes_promised) continue;
        const std::span<const std::size_t> order = block_of(std::span<const std::size_t>(ascending), b);
        for (std::size_t k = 1; k < order.size(); ++k) {
            const std::size_t low = order[k - 1];
            const std::size_t high = order[k];
            if (got.codes[low] > got.codes[high])
                return Outcome::fail(fmt::format("block {}: x[{}] = {} has the code {}, but x[{}] = {} has {}", b,
                                                 low, show(x[low]), got.codes[low], high, show(x[high]),
                                                 got.codes[high]));
        }
    }
    return Outcome::pass();
}

// Zeros of both signs in every third block, and in every sixth the largest values that still count as zeros.
Case with_zero_blocks(const QuantizeFormat& format, const Case& c) {
    Case zeroed = c;
    const std::span<float> x = zeroed.input<float>(0);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t b = i / q8_0_block;
        if (b % 3 == 0) x[i] = i % 5 == 0 ? -0.0f : 0.0f;
        if (b % 6 == 5) x[i] = std::copysign(format.largest_zero_amax / static_cast<float>(1 + i % 3), x[i]);
    }
    return zeroed;
}

Outcome zero_block(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const Case zeroed = with_zero_blocks(format, c);
    const std::span<const float> x = values_of(zeroed);
    if (x.empty()) return Outcome::discard();
    const Quantized got = run_on(format, trial, zeroed);
    for (std::size_t b = 0; b < got.scales.size(); ++b) {
        if (b % 3 != 0 && b % 6 != 5) continue;
        const BlockPromise promise = format.promise(block_of(x, b));
        const double scale = got.scales[b];
        if (!(scale >= promise.lowest_scale && scale <= promise.highest_scale))
            return Outcome::fail(fmt::format("block {} counts as zero, but its scale is {}, expected {:.9g}", b,
                                             show(got.scales[b]), promise.scale));
        for (std::size_t i = b * q8_0_block; i < std::min(x.size(), (b + 1) * q8_0_block); ++i)
            if (got.codes[i] != 0)
                return Outcome::fail(fmt::format("block {} counts as zero, but the code of element {} is {}", b,
                                                 i % q8_0_block, got.codes[i]));
    }
    return Outcome::pass();
}

}  // namespace

std::vector<Statement> quantize_accuracy_statements(const QuantizeFormat& format) {
    using Kind = StatementKind;
    const auto check = [&format](auto outcome_of) {
        return [&format, outcome_of](const Case& c, Trial& trial) { return outcome_of(format, c, trial); };
    };
    return {
        {.name = "scale_is_amax_over_127",
         .kind = Kind::bound,
         .says =
             "each block's scale is its largest magnitude over 127, as float32 rounds it and the format stores it",
         .needs = {"finite"},
         .check = check(scale_is_amax_over_127)},
        {.name = "codes_within_half_step",
         .kind = Kind::bound,
         .says =
             "each code is x / (amax/127) rounded to nearest, ties either way, give or take four float32 roundings",
         .needs = {"finite"},
         .check = check(codes_within_half_step)},
        {.name = "reconstruction_error",
         .kind = Kind::bound,
         .says = "code times stored scale is x to within half a step of the code and the rounding of the scale",
         .needs = {"finite"},
         .check = check(reconstruction_error)},
        {.name = "codes_in_range",
         .kind = Kind::law,
         .says = "no code is -128, whatever the finite values are, subnormal and overflowing blocks included",
         .needs = {"finite"},
         .check = check(codes_in_range)},
        {.name = "extreme_reaches_127",
         .kind = Kind::law,
         .says = "every value of the block's largest magnitude has the code 127 with its sign",
         .needs = {"finite"},
         .check = check(extreme_reaches_127)},
        {.name = "monotone_in_block",
         .kind = Kind::law,
         .says = "within a block, a larger value never has a smaller code",
         .needs = {"finite"},
         .check = check(monotone_in_block)},
        {.name = "zero_block",
         .kind = Kind::law,
         .says = "a block that counts as zero, among others that do not, has codes 0 and the scale of a zero block",
         .needs = {"finite"},
         .check = check(zero_block)},
    };
}

}  // namespace brickproof
