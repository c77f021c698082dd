#include <fmt/format.h>

#include <cmath>

#include "engine/compare.hpp"
#include "engine/quantize_statements.hpp"

namespace brickproof {
namespace {

using Values = std::vector<float>;

Values copy_of(std::span<const float> x) {
    return {x.begin(), x.end()};
}

// Blocks whose code is not promised (the scale vanishes or overflows) are compared by their scales only.
struct Expectation {
    std::string_view situation;  // begins the message: "after negating x"
    std::span<const BlockPromise> promises;
    const Quantized& got;

    Outcome scale(std::size_t b, float expected) const {
        if (same_value(got.scales[b], expected)) return Outcome::pass();
        return Outcome::fail(fmt::format("{}: the scale of block {} is {}, expected {}", situation, b,
                                         show(got.scales[b]), show(expected)));
    }
    Outcome code(std::size_t i, int expected) const {
        const std::size_t b = i / q8_0_block;
        if (got.codes[i] == expected || !promises[b].codes_promised) return Outcome::pass();
        return Outcome::fail(fmt::format("{}: the code of block {}, element {} is {}, expected {}", situation, b,
                                         i % q8_0_block, got.codes[i], expected));
    }
    // Block b as it is in `expected`.
    Outcome block(std::size_t b, const Quantized& expected) const {
        const Outcome same_scale = scale(b, expected.scales[b]);
        if (same_scale.kind != Outcome::Kind::pass) return same_scale;
        for (std::size_t i = b * q8_0_block; i < std::min(got.codes.size(), (b + 1) * q8_0_block); ++i) {
            const Outcome same_code = code(i, expected.codes[i]);
            if (same_code.kind != Outcome::Kind::pass) return same_code;
        }
        return Outcome::pass();
    }
};

// The first failure among blocks 0..count-1.
template <typename OutcomeOfBlock>
Outcome for_each_block(std::size_t count, OutcomeOfBlock outcome_of) {
    for (std::size_t b = 0; b < count; ++b) {
        Outcome outcome = outcome_of(b);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

Outcome sign_symmetry(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    Values negated = copy_of(x);
    for (float& value : negated) value = -value;
    Quantized expected = run_on(format, trial, c);
    for (std::int8_t& code : expected.codes) code = static_cast<std::int8_t>(-code);
    const Quantized got = run_on(format, trial, negated);
    const std::vector<BlockPromise> promises = promises_of(format, x);
    const Expectation expect{"after negating x", promises, got};
    return for_each_block(promises.size(), [&](std::size_t b) { return expect.block(b, expected); });
}

// A rotation that depends on the data but on nothing else, so that all lane distances occur.
std::size_t rotation_of(std::span<const float> x) {
    double sum = 0.0;
    for (const float value : x) sum += std::fabs(std::fmod(value, 1000.0f));
    return 1 + static_cast<std::size_t>(std::fmod(sum * 977.0, 31.0)) + x.size() % 7;
}

template <typename T, typename Permute>
void permute_blocks(std::vector<T>& values, Permute permute) {
    for (std::size_t b = 0; b < block_count_of(values.size()); ++b) permute(block_of(std::span<T>(values), b));
}

Outcome permutation_in_block(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    const std::vector<BlockPromise> promises = promises_of(format, x);
    const Quantized original = run_on(format, trial, c);
    const auto outcome_of = [&](std::string_view situation, auto permute) {
        Values permuted = copy_of(x);
        permute_blocks(permuted, permute);
        Quantized expected = original;
        permute_blocks(expected.codes, permute);
        const Quantized got = run_on(format, trial, permuted);
        const Expectation expect{situation, promises, got};
        return for_each_block(promises.size(), [&](std::size_t b) { return expect.block(b, expected); });
    };
    const std::size_t rotation = rotation_of(x);
    return all_of({outcome_of("after reversing each block", [](auto block) { std::ranges::reverse(block); }),
                   outcome_of(fmt::format("after rotating each block by {}", rotation), [rotation](auto block) {
                       std::rotate(block.begin(),
                                   block.begin() + static_cast<std::ptrdiff_t>(rotation % block.size()),
                                   block.end());
                   })});
}

// The whole blocks in reverse order; a partial last one stays.
template <typename T>
void reverse_block_order(std::vector<T>& values, std::size_t block_size) {
    const std::vector<T> original = values;
    const std::size_t whole = values.size() / block_size;
    for (std::size_t b = 0; b < whole; ++b)
        std::copy_n(original.begin() + static_cast<std::ptrdiff_t>((whole - 1 - b) * block_size), block_size,
                    values.begin() + static_cast<std::ptrdiff_t>(b * block_size));
}

Outcome position_independence(const QuantizeFormat& format, std::span<const float> x, const Quantized& original,
                              Trial& trial) {
    Values reversed = copy_of(x);
    reverse_block_order(reversed, q8_0_block);
    Quantized expected = original;
    reverse_block_order(expected.codes, q8_0_block);
    std::reverse(expected.scales.begin(),
                 expected.scales.begin() + static_cast<std::ptrdiff_t>(x.size() / q8_0_block));
    const Quantized got = run_on(format, trial, reversed);
    const std::vector<BlockPromise> promises = promises_of(format, reversed);
    const Expectation expect{"after reversing the order of the whole blocks", promises, got};
    return for_each_block(promises.size(), [&](std::size_t b) { return expect.block(b, expected); });
}

Outcome block_independence(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    const std::vector<BlockPromise> promises = promises_of(format, x);
    if (promises.size() < 2) return Outcome::discard();
    const Quantized original = run_on(format, trial, c);
    const auto outcome_of = [&](std::string_view situation, std::size_t kept) {
        Values replaced = copy_of(x);
        for (std::size_t i = 0; i < replaced.size(); ++i)
            if (i / q8_0_block % 2 != kept) replaced[i] = 1000.0f * (static_cast<float>(i % 7) - 3.0f);
        const Quantized got = run_on(format, trial, replaced);
        const Expectation expect{situation, promises, got};
        return for_each_block(promises.size(), [&](std::size_t b) {
            return b % 2 == kept ? expect.block(b, original) : Outcome::pass();
        });
    };
    return all_of({outcome_of("after replacing every odd block", 0),
                   outcome_of("after replacing every even block", 1),
                   position_independence(format, x, original, trial)});
}

Outcome prefix_consistency(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    const std::vector<BlockPromise> promises = promises_of(format, x);
    if (promises.empty()) return Outcome::discard();
    const Quantized original = run_on(format, trial, c);
    const std::size_t all = promises.size();
    for (const std::size_t blocks : {all - 1, all / 2, all / 3, std::size_t{1}}) {
        const std::span<const float> prefix = x.first(std::min(blocks * q8_0_block, x.size()));
        const Quantized got = run_on(format, trial, prefix);
        const std::string situation = fmt::format("with only the first {} of {} values", prefix.size(), x.size());
        const Expectation expect{situation, promises, got};
        Outcome outcome = for_each_block(blocks, [&](std::size_t b) { return expect.block(b, original); });
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

// Every block scaled by a power of two so that amax is in [1/2, 4): from there all steps stay within normal scales.
// Values so small that the steps might round them become 0.
Values brought_near_one(std::span<const float> x) {
    Values near = copy_of(x);
    for (std::size_t b = 0; b < block_count_of(x.size()); ++b) {
        const std::span<float> block = block_of(std::span<float>(near), b);
        const float amax = amax_of(block);
        if (amax == 0.0f) continue;
        const int exponent = std::ilogb(amax);
        for (float& value : block) {
            value = std::ldexp(value, std::abs(exponent) % 3 - 1 - exponent);
            if (std::fabs(value) < 0x1p-80f) value = 0.0f;
        }
    }
    return near;
}

Outcome power_of_two_scaling(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const Values x = brought_near_one(values_of(c));
    const std::vector<BlockPromise> promises = promises_of(format, x);
    const Quantized original = run_on(format, trial, x);
    for (const int step : format.scaling_exponents) {
        Values scaled = x;
        const float factor = std::ldexp(1.0f, step);
        for (float& value : scaled) value *= factor;
        Quantized expected = original;
        for (std::size_t b = 0; b < promises.size(); ++b)
            if (amax_of(block_of(std::span<const float>(x), b)) > 0.0f)
                expected.scales[b] = original.scales[b] * factor;
        const Quantized got = run_on(format, trial, scaled);
        const std::string situation = fmt::format("after multiplying x by 2^{}", step);
        const Expectation expect{situation, promises, got};
        Outcome outcome = for_each_block(promises.size(), [&](std::size_t b) { return expect.block(b, expected); });
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

}  // namespace

std::vector<Statement> quantize_laws(const QuantizeFormat& format) {
    const auto law = [&format](std::string_view name, std::string_view says, auto outcome_of) {
        return Statement{
            .name = name,
            .kind = StatementKind::law,
            .says = says,
            .needs = {"finite"},
            .check = [&format, outcome_of](const Case& c, Trial& trial) { return outcome_of(format, c, trial); }};
    };
    return {
        law("sign_symmetry", "negating x negates every code and keeps every scale, to the bit", sign_symmetry),
        law("permutation_in_block", "permuting values within a block permutes its codes and keeps its scale",
            permutation_in_block),
        law("block_independence",
            "a block's scale and codes depend neither on the other blocks nor on its position among them",
            block_independence),
        law("prefix_consistency", "the first blocks alone are quantised as they are within the whole",
            prefix_consistency),
        law("power_of_two_scaling",
            "multiplying x by a power of two multiplies the scales by it and keeps the codes",
            power_of_two_scaling),
    };
}

}  // namespace brickproof
