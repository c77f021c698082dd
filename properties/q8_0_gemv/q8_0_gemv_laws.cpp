#include "q8_0_gemv/q8_0_gemv_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/compare.hpp"
#include "engine/q8_0_blocks.hpp"
#include "engine/statements.hpp"
#include "q8_0_gemv/q8_0_gemv_bound.hpp"
#include "q8_0_gemv/q8_0_gemv_oracle.hpp"

namespace brickproof {
namespace {

using Block = brickproof_q8_0;
using Values = Array<float>;

Values y_of(Trial& trial, const Case& c) {
    const Outputs outputs = trial.run(c);
    const std::span<const float> y = outputs.as<float>(0);
    return {y.begin(), y.end()};
}

Array<ExactDot> exact_y(const Case& c) {
    return exact_q8_0_gemv(c.input<Block>(0), c.input<Block>(1), c.sizes[0]);
}

// Row r of w.
std::span<Block> row_of(Case& c, std::size_t row) {
    const std::size_t blocks = c.input<Block>(1).size();
    return c.input<Block>(0).subspan(row * blocks, blocks);
}

Outcome exact_sum(const Case& c, Trial& trial) {
    Values expected;
    for (const ExactDot& dot : trial.derived(c, exact_y)) expected.push_back(static_cast<float>(dot.sum));
    return expect_same("y", y_of(trial, c), expected);
}

Outcome zero(const Case& c, Trial& trial) {
    const Values zeros(c.sizes[0], 0.0f);
    Case zeroed = c;
    zero_quants(zeroed.input<Block>(0));
    const Outcome left = expect_same("y", y_of(trial, zeroed), zeros);
    zeroed = c;
    zero_quants(zeroed.input<Block>(1));
    return all_of({left, expect_same("y", y_of(trial, zeroed), zeros)});
}

Values scaled(Values y, float factor) {
    for (float& value : y) value *= factor;
    return y;
}

Outcome negation(const Case& c, Trial& trial) {
    const Values y = y_of(trial, c);
    Case negated = c;
    negate_scales(negated.input<Block>(0));
    const Outcome of_w = expect_same("y", y_of(trial, negated), scaled(y, -1.0f));
    negated = c;
    negate_scales(negated.input<Block>(1));
    return all_of({of_w, expect_same("y", y_of(trial, negated), scaled(y, -1.0f))});
}

Outcome power_of_two_scaling(const Case& c, Trial& trial) {
    const Values y = y_of(trial, c);
    Case doubled = c;
    double_scales(doubled.input<Block>(0));
    Case halved = c;
    halve_scales(halved.input<Block>(1));
    return all_of({expect_same("y", y_of(trial, doubled), scaled(y, 2.0f)),
                   expect_same("y", y_of(trial, halved), scaled(y, 0.5f))});
}

Array<double> bounds_of(const Case& c) {
    Array<double> bounds;
    for (const ExactDot& row : exact_y(c))
        bounds.push_back(brick::q8_0_gemv_error_bound(c.sizes[1], row.sum_of_magnitudes));
    return bounds;
}

Outcome block_permutation(const Case& c, Trial& trial) {
    Case reversed = c;
    for (std::size_t row = 0; row < c.sizes[0]; ++row) std::ranges::reverse(row_of(reversed, row));
    std::ranges::reverse(reversed.input<Block>(1));
    return expect_two_bounds("after reversing the blocks of every row and of x", y_of(trial, c),
                             y_of(trial, reversed), trial.derived(c, bounds_of));
}

Outcome rows_permute(const Case& c, Trial& trial) {
    Case reversed = c;
    for (std::size_t row = 0; row < c.sizes[0]; ++row)
        std::ranges::copy(
            c.input<Block>(0).subspan((c.sizes[0] - 1 - row) * c.input<Block>(1).size(), c.input<Block>(1).size()),
            row_of(reversed, row).begin());
    Values y = y_of(trial, reversed);
    std::ranges::reverse(y);
    return expect_two_bounds("after reversing the rows of w", y_of(trial, c), y, trial.derived(c, bounds_of));
}

// Other data, of other size and sign, in every row of one parity.
Case with_rows_replaced(const Case& c, std::size_t parity) {
    Case replaced = c;
    for (std::size_t row = parity; row < c.sizes[0]; row += 2)
        for (Block& block : row_of(replaced, row)) {
            block.d = block.d == 0x4900 ? 0xB800 : 0x4900;  // -0.5 or 10
            for (std::int8_t& q : block.qs) q = q == 77 ? std::int8_t{-33} : std::int8_t{77};
        }
    return replaced;
}

Outcome row_independence(const Case& c, Trial& trial) {
    if (c.sizes[0] < 2) return Outcome::discard();
    const Values y = y_of(trial, c);
    for (const std::size_t parity : {1u, 0u}) {
        const Values got = y_of(trial, with_rows_replaced(c, parity));
        for (std::size_t row = 1 - parity; row < y.size(); row += 2)
            if (!same_value(got[row], y[row]))
                return Outcome::fail(
                    fmt::format("after replacing every {} row of w, y[{}] is {}, expected {} as before",
                                parity == 1 ? "odd" : "even", row, show(got[row]), show(y[row])));
    }
    return Outcome::pass();
}

constexpr std::uint16_t nonfinite_halves[] = {0x7C00, 0xFC00, 0x7E00};

Outcome expect_nonfinite(std::span<const float> y, std::size_t first, std::size_t step, std::string_view where) {
    for (std::size_t row = first; row < y.size(); row += step)
        if (std::isfinite(y[row]))
            return Outcome::fail(
                fmt::format("a scale of {} is Inf or NaN, but y[{}] is {}", where, row, show(y[row])));
    return Outcome::pass();
}

// Every third row gets a bad scale; the others must not notice.
Outcome nonfinite_scale(const Case& c, Trial& trial) {
    const std::size_t blocks = c.input<Block>(1).size();
    if (c.sizes[0] == 0 || blocks == 0) return Outcome::discard();
    const std::size_t first = blocks % 3 % c.sizes[0];
    Case bad_w = c;
    for (std::size_t row = first; row < c.sizes[0]; row += 3)
        row_of(bad_w, row)[(7 * row + blocks / 2) % blocks].d = nonfinite_halves[row % 3];
    const Values y = y_of(trial, bad_w);
    const Outcome in_w = expect_nonfinite(y, first, 3, "that row");
    if (in_w.kind != Outcome::Kind::pass) return in_w;
    for (std::size_t row = 0; row < y.size(); ++row)
        if (row % 3 != first % 3 && !std::isfinite(y[row]))
            return Outcome::fail(
                fmt::format("all scales of row {} are finite, but y[{}] is {}", row, row, show(y[row])));
    Case bad_x = c;
    bad_x.input<Block>(1)[c.sizes[0] % blocks].d = nonfinite_halves[blocks % 3];
    return expect_nonfinite(y_of(trial, bad_x), 0, 1, "x");
}

}  // namespace

std::vector<Statement> q8_0_gemv_statements(const Contract& contract) {
    const auto statement = [](StatementKind kind, std::string_view name, std::string_view says,
                              const std::vector<std::string_view>& needs, auto* check) {
        return Statement{.name = name, .kind = kind, .says = says, .needs = needs, .check = check};
    };
    using Kind = StatementKind;
    Statement full_range =
        statement(Kind::exact, "exact_sum_full_int8_range", "the same with quants of -128 in both operands",
                  {"finite", "exact"}, exact_sum);
    full_range.excluded_by = {"quants>-128"};
    Statement nonfinite =
        statement(Kind::law, "nonfinite_scale",
                  "an Inf or NaN scale makes exactly its row's result non-finite; in x it makes all of them so",
                  {"finite", "quants>-128"}, nonfinite_scale);
    nonfinite.excluded_by = {"finite"};
    return {
        statement(Kind::exact, "exact_sum",
                  "where every partial sum is representable, every result is the exact sum of its row",
                  {"finite", "exact", "quants>-128"}, exact_sum),
        full_range,
        error_within_bound(contract, {"finite", "quants>-128"}, {}),
        statement(Kind::law, "zero", "an operand whose quants are all 0 gives zeros", {"finite", "quants>-128"},
                  zero),
        statement(Kind::law, "negation", "negating every scale of w or of x negates every result, to the bit",
                  {"finite", "quants>-128"}, negation),
        statement(Kind::law, "power_of_two_scaling",
                  "doubling every scale of w (halving every scale of x) doubles (halves) every result, to the bit",
                  {"finite", "normal_scales", "quants>-128"}, power_of_two_scaling),
        statement(Kind::law, "block_permutation",
                  "reversing the blocks of every row and of x moves a result by two bounds at most",
                  {"finite", "quants>-128"}, block_permutation),
        statement(Kind::law, "row_independence", "a row's result does not depend on the other rows, to the bit",
                  {"finite", "quants>-128"}, row_independence),
        statement(Kind::law, "rows_permute", "reversing the rows reverses y, within two bounds",
                  {"finite", "quants>-128"}, rows_permute),
        nonfinite,
        same_bits_as_definition({"finite", "quants>-128"}),
    };
}

}  // namespace brickproof
