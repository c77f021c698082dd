#include <fmt/format.h>

#include <array>
#include <cmath>

#include "engine/compare.hpp"
#include "engine/quantize_statements.hpp"
#include "engine/statements.hpp"

namespace brickproof {
namespace {

// A rule by which ties are rounded, and what it makes of one between `low` and `low + 1`.
struct TieRule {
    std::string_view name;
    int (*code)(int low);
};

constexpr std::array<TieRule, 5> tie_rules{{
    {"away from zero", [](int low) { return low >= 0 ? low + 1 : low; }},
    {"to even", [](int low) { return low % 2 == 0 ? low : low + 1; }},
    {"towards zero", [](int low) { return low >= 0 ? low : low + 1; }},
    {"up", [](int low) { return low + 1; }},
    {"down", [](int low) { return low; }},
}};

bool is_power_of_two(double x) {
    int exponent = 0;
    return std::frexp(x, &exponent) == 0.5;
}

Outcome ties(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    const Array<BlockPromise> promises = promises_of(format, trial, c);
    const Quantized got = run_on(format, trial, c);
    std::array<bool, tie_rules.size()> possible{};
    possible.fill(true);
    bool seen = false;
    for (std::size_t b = 0; b < promises.size(); ++b) {
        if (!promises[b].codes_promised || !is_power_of_two(promises[b].scale)) continue;
        for (std::size_t i = b * q8_0_block; i < std::min(x.size(), (b + 1) * q8_0_block); ++i) {
            const double ratio = x[i] / promises[b].scale;
            const double low = std::floor(ratio);
            if (ratio - low != 0.5) continue;
            seen = true;
            for (std::size_t r = 0; r < tie_rules.size(); ++r)
                possible[r] = possible[r] && got.codes[i] == tie_rules[r].code(static_cast<int>(low));
        }
    }
    if (!seen) return Outcome::discard();
    if (possible[0]) return Outcome::pass();
    for (std::size_t r = 1; r < tie_rules.size(); ++r)
        if (possible[r])
            return Outcome::note(
                fmt::format("rounds ties {}, where the definition rounds them away from zero", tie_rules[r].name));
    return Outcome::note("rounds ties by no one rule: some one way, some another");
}

// The block's scale stands for all of its values: it says so where one of them was NaN or Inf.
Outcome nonfinite_input(const QuantizeFormat& format, const Case& c, Trial& trial) {
    const std::span<const float> x = values_of(c);
    if (x.empty()) return Outcome::discard();
    const Quantized got = run_on(format, trial, c);
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::isfinite(x[i])) continue;
        const std::size_t b = i / q8_0_block;
        const float scale = got.scales[b];
        if (std::isfinite(scale))
            return Outcome::note(
                fmt::format("launders {} to finite: block {}, element {} gets the scale {} and the code {}", x[i],
                            b, i % q8_0_block, show(scale), got.codes[i]));
        if (std::isinf(scale) && got.codes[i] != 0)
            return Outcome::note(fmt::format("{} becomes {} (the scale {} times the code {})", x[i],
                                             static_cast<double>(scale) * got.codes[i], scale, got.codes[i]));
    }
    return Outcome::pass();
}

}  // namespace

std::vector<Statement> quantize_characters(const QuantizeFormat& format) {
    std::vector<Statement> characters = {
        {.name = "ties",
         .kind = StatementKind::character,
         .says = "a value halfway between two codes is rounded away from zero, as the definition rounds it",
         .needs = {"finite", "ties"},
         .check = [&format](const Case& c, Trial& trial) { return ties(format, c, trial); }},
        {.name = "nonfinite_input",
         .kind = StatementKind::character,
         .says = "a block with NaN or Inf gets a scale that is NaN or Inf, and no value of it becomes finite",
         .needs = {"nonfinite"},
         .excluded_by = {"finite"},
         .check = [&format](const Case& c, Trial& trial) { return nonfinite_input(format, c, trial); }},
        same_bits_as_definition({"finite"}),
    };
    for (Statement& character : characters) character.promised_by_own = true;
    return characters;
}

}  // namespace brickproof
