#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "engine/compare.hpp"
#include "engine/quantize_statements.hpp"

namespace brickproof {
namespace {

// What becomes of other values, as many.
template <typename Change>
Quantized run_changed(const QuantizeFormat& format, Trial& trial, const Case& c, Change change) {
    Case changed = c;
    change(changed.input<float>(0));
    return run_on(format, trial, changed);
}

// Blocks whose code is not promised (the scale vanishes or overflows) are compared by their scales only.
struct Expectation {
    std::span<const BlockPromise> promises;
    const Quantized& got;

    // Block b as it is in `expected`.
    Outcome block(std::size_t b, const Quantized& expected) const {
        if (!same_value(got.scales[b], expected.scales[b]))
            return Outcome::fail(fmt::format("the scale of block {} is {}, expected {}", b, show(got.scales[b]),
                                             show(expected.scales[b])));
        if (!promises[b].codes_promised) return Outcome::pass();
        const std::span<const std::int8_t> codes = block_of(std::span<const std::int8_t>(got.codes), b);
        const std::int8_t* const expected_codes = &expected.codes[b * q8_0_block];
        if (std::memcmp(codes.data(), expected_codes, codes.size()) == 0) return Outcome::pass();
        const auto i = std::mismatch(codes.begin(), codes.end(), expected_codes).first - codes.begin();
        return Outcome::fail(fmt::format("the code of block {}, element {} is {}, expected {}", b, i,
                                         codes[static_cast<std::size_t>(i)], expected_codes[i]));
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

Outcome expect_blocks(std::size_t count, const Expectation& expect, const Quantized& expected) {
    return for_each_block(count, [&](std::size_t b) { return expect.block(b, expected); });
}

Outcome sign_symmetry(const QuantizeFormat& format, const Case& c, Trial& trial) {
    Quantized expected = run_on(format, trial, c);
    for (std::int8_t& code : expected.codes) code = static_cast<std::int8_t>(-code);
    const Quantized got = run_changed(format, trial, c, [](std::span<float> x) {
        for (float& value : x) value = -value;
    });
    const Array<BlockPromise> promises = promises_of(format, trial, c);
    return in_situation("after negating x", expect_blocks(promises.size(), {promises, got}, expected));
}

// A rotation that depends on the data but on nothing else, so that all lane distances occur.
std::size_t rotation_of(const Case& c) {
    const std::span<const float> x = values_of(c);
    std::uint64_t sum = 0;
    for (const float value : x)
        sum += std::bit_cast<std::uint32_t>(value) >> 11;  // the low bits of round values are 0
    return 1 + sum % 31 + x.size() % 7;
}

template <typename T, typename Permute>
void permute_blocks(std::span<T> values, Permute permute) {
    for (std::size_t b = 0; b < block_count_of(values.size()); ++b) permute(block_of(values, b));
}

Outcome permutation_in_block(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const Array<BlockPromise> promises = promises_of(format, trial, c);
    const Quantized original = run_on(format, trial, c);
    const auto outcome_of = [&](auto situation, auto permute) {
        Quantized expected = original;
        permute_blocks(std::span(expected.codes), permute);
        const Quantized got =
            run_changed(format, trial, c, [&](std::span<float> x) { permute_blocks(x, permute); });
        return in_situation(situation, expect_blocks(promises.size(), {promises, got}, expected));
    };
    const std::size_t rotation = trial.derived(c, rotation_of);
    return all_of({outcome_of("after reversing each block", [](auto block) { std::ranges::reverse(block); }),
                   outcome_of([&] { return fmt::format("after rotating each block by {}", rotation); },
                              [rotation](auto block) {
                                  std::rotate(block.begin(),
                                              block.begin() + static_cast<std::ptrdiff_t>(rotation % block.size()),
                                              block.end());
                              })});
}

// The whole blocks in reverse order; a partial last one stays.
template <typename T>
void reverse_block_order(std::span<T> values, std::size_t block_size) {
    const std::size_t whole = values.size() / block_size;
    for (std::size_t b = 0; b < whole / 2; ++b)
        std::swap_ranges(values.begin() + static_cast<std::ptrdiff_t>(b * block_size),
                         values.begin() + static_cast<std::ptrdiff_t>((b + 1) * block_size),
                         values.begin() + static_cast<std::ptrdiff_t>((whole - 1 - b) * block_size));
}

Outcome position_independence(const QuantizeFormat& format, const Case& c, const Quantized& original,
                              Trial& trial) {
    Case reversed = c;
    reverse_block_order(reversed.input<float>(0), q8_0_block);
    Quantized expected = original;
    reverse_block_order(std::span(expected.codes), q8_0_block);
    std::reverse(expected.scales.begin(),
                 expected.scales.begin() + static_cast<std::ptrdiff_t>(c.sizes[0] / q8_0_block));
    const Quantized got = run_on(format, trial, reversed);
    const Array<BlockPromise> promises = promises_of(format, values_of(reversed));
    return in_situation("after reversing the order of the whole blocks",
                        expect_blocks(promises.size(), {promises, got}, expected));
}

Outcome block_independence(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const Array<BlockPromise> promises = promises_of(format, trial, c);
    if (promises.size() < 2) return Outcome::discard();
    const Quantized original = run_on(format, trial, c);
    const auto outcome_of = [&](std::string_view situation, std::size_t kept) {
        const Quantized got = run_changed(format, trial, c, [kept](std::span<float> replaced) {
            for (std::size_t i = 0; i < replaced.size(); ++i)
                if (i / q8_0_block % 2 != kept) replaced[i] = 1000.0f * (static_cast<float>(i % 7) - 3.0f);
        });
        const Expectation expect{promises, got};
        return in_situation(situation, for_each_block(promises.size(), [&](std::size_t b) {
                                return b % 2 == kept ? expect.block(b, original) : Outcome::pass();
                            }));
    };
    return all_of({outcome_of("after replacing every odd block", 0),
                   outcome_of("after replacing every even block", 1),
                   position_independence(format, c, original, trial)});
}

Outcome prefix_consistency(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    const Array<BlockPromise> promises = promises_of(format, trial, c);
    if (promises.empty()) return Outcome::discard();
    const Quantized original = run_on(format, trial, c);
    const std::size_t all = promises.size();
    std::size_t before = all;
    for (const std::size_t blocks : {all - 1, all / 2, all / 3, std::size_t{1}}) {
        if (std::exchange(before, blocks) == blocks) continue;
        const std::span<const float> prefix = x.first(std::min(blocks * q8_0_block, x.size()));
        const Quantized got = run_on(format, trial, prefix);
        const Outcome outcome = expect_blocks(blocks, {promises, got}, original);
        if (outcome.kind != Outcome::Kind::pass)
            return in_situation(fmt::format("with only the first {} of {} values", prefix.size(), x.size()),
                                outcome);
    }
    return Outcome::pass();
}

// Every block scaled by a power of two so that amax is in [1/2, 4): from there all steps stay within normal scales.
// Values so small that the steps might round them become 0.
Case brought_near_one(const Case& c) {
    Case near = c;
    const std::span<float> x = near.input<float>(0);
    for (std::size_t b = 0; b < block_count_of(x.size()); ++b) {
        const std::span<float> block = block_of(x, b);
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

bool has_nonzero(std::span<const float> block) {
    return std::ranges::any_of(block, [](float value) { return value != 0.0f; });
}

Outcome power_of_two_scaling(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const Case near = trial.derived(c, brought_near_one);
    const std::span<const float> x = values_of(near);
    const Array<BlockPromise> promises = promises_of(format, x);
    const Quantized original = run_on(format, trial, near);
    Quantized expected = original;
    for (const int step : format.scaling_exponents) {
        const float factor = std::ldexp(1.0f, step);
        for (std::size_t b = 0; b < promises.size(); ++b)
            if (has_nonzero(block_of(x, b))) expected.scales[b] = original.scales[b] * factor;
        const Quantized got = run_changed(format, trial, near, [factor](std::span<float> scaled) {
            for (float& value : scaled) value *= factor;
        });
        const Outcome outcome = expect_blocks(promises.size(), {promises, got}, expected);
        if (outcome.kind != Outcome::Kind::pass)
            return in_situation(fmt::format("after multiplying x by 2^{}", step), outcome);
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
