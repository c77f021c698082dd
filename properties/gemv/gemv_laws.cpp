#include "gemv/gemv_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/array_laws.hpp"
#include "engine/compare.hpp"
#include "engine/statements.hpp"
#include "gemv/gemv_bound.hpp"
#include "gemv/gemv_cases.hpp"
#include "gemv/gemv_oracle.hpp"

namespace brickproof {
namespace {

using Values = Array<float>;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nonfinite_values[] = {infinity, -infinity, std::numeric_limits<float>::quiet_NaN()};

Values y_of(Trial& trial, const Case& c) {
    const Outputs outputs = trial.run(c);
    const std::span<const float> y = outputs.as<float>(0);
    return {y.begin(), y.end()};
}

void multiply(std::span<float> values, float factor) {
    for (float& value : values) value *= factor;
}

Values multiplied(Values values, float factor) {
    multiply(values, factor);
    return values;
}

// w and x of a case without a bias, or with one of zeros.
Case same_product(const Trial& trial, const Case& c, std::size_t bias) {
    Case product = trial.contract().signature.shape({gemv_rows(c), gemv_cols(c), bias});
    const GemvInputs inputs = gemv_inputs(product);
    std::ranges::copy(c.input<float>(0), inputs.w.begin());
    std::ranges::copy(c.input<float>(1), inputs.x.begin());
    return product;
}

Outcome exact_sum(const Case& c, Trial& trial) {
    Values expected;
    for (const ExactRow& row : exact_gemv(c)) expected.push_back(static_cast<float>(row.sum));
    return expect_same("y", y_of(trial, c), expected);
}

// All other terms are 0, so that nothing rounds: the weight itself, or one rounding for the bias.
Outcome unit_vectors(const Case& c, Trial& trial) {
    const std::size_t cols = gemv_cols(c);
    if (cols == 0) return Outcome::discard();
    Case unit = c;
    const GemvInputs inputs = gemv_inputs(unit);
    for (const std::size_t col : {std::size_t{0}, cols / 3, cols / 2, (cols - 1) / 8 * 8, cols - 1}) {
        std::ranges::fill(inputs.x, 0.0f);
        inputs.x[col] = 1.0f;
        Values expected(gemv_rows(c));
        for (std::size_t row = 0; row < expected.size(); ++row)
            expected[row] = inputs.bias.empty() ? inputs.row(row)[col] : inputs.row(row)[col] + inputs.bias[row];
        Outcome outcome = expect_same("y", y_of(trial, unit), expected);
        if (outcome.kind == Outcome::Kind::fail)
            outcome.message = fmt::format("where x is 1 in column {} and 0 elsewhere: {}", col, outcome.message);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

// x is cut into a quarter and three quarters, the larger part now here, now there: both are exact, and so are all
// sums.
Outcome linearity(const Case& c, Trial& trial) {
    Case first = same_product(trial, c, 0);
    Case second = c;
    const std::span<const float> x = c.input<float>(1);
    for (std::size_t col = 0; col < x.size(); ++col) {
        const float part = x[col] * (col % 2 == 0 ? 0.25f : 0.75f);
        first.input<float>(1)[col] = part;
        second.input<float>(1)[col] = x[col] - part;
    }
    Values sum = y_of(trial, first);
    const Values rest = y_of(trial, second);
    for (std::size_t row = 0; row < sum.size(); ++row) sum[row] += rest[row];
    return expect_same("y", y_of(trial, c), sum);
}

Outcome no_bias_is_a_bias_of_zeros(const Case& c, Trial& trial) {
    return expect_same("y", y_of(trial, same_product(trial, c, 0)), y_of(trial, same_product(trial, c, 1)));
}

// Only the bias is left.
Outcome zero(const Case& c, Trial& trial) {
    Values expected(gemv_rows(c), 0.0f);
    const std::span<const float> bias = c.input<float>(2);
    std::ranges::copy(bias, expected.begin());
    Case zeroed = c;
    std::ranges::fill(gemv_inputs(zeroed).w, 0.0f);
    const Outcome of_w = expect_same("y", y_of(trial, zeroed), expected);
    zeroed = c;
    std::ranges::fill(gemv_inputs(zeroed).x, 0.0f);
    return all_of({of_w, expect_same("y", y_of(trial, zeroed), expected)});
}

Outcome negation(const Case& c, Trial& trial) {
    const Values expected = multiplied(y_of(trial, c), -1.0f);
    Case negated = c;
    multiply(gemv_inputs(negated).bias, -1.0f);
    multiply(gemv_inputs(negated).w, -1.0f);
    const Outcome of_w = expect_same("y", y_of(trial, negated), expected);
    negated = c;
    multiply(gemv_inputs(negated).bias, -1.0f);
    multiply(gemv_inputs(negated).x, -1.0f);
    return all_of({of_w, expect_same("y", y_of(trial, negated), expected)});
}

Outcome power_of_two_scaling(const Case& c, Trial& trial) {
    const Values y = y_of(trial, c);
    Case doubled = c;
    multiply(gemv_inputs(doubled).w, 2.0f);
    multiply(gemv_inputs(doubled).bias, 2.0f);
    Case halved = c;
    multiply(gemv_inputs(halved).x, 0.5f);
    multiply(gemv_inputs(halved).bias, 0.5f);
    return all_of({expect_same("y", y_of(trial, doubled), multiplied(y, 2.0f)),
                   expect_same("y", y_of(trial, halved), multiplied(y, 0.5f))});
}

Array<double> bounds_of(const Case& c) {
    Array<double> bounds;
    for (const ExactRow& row : exact_gemv(c))
        bounds.push_back(brick::gemv_error_bound(gemv_cols(c), row.sum_of_magnitudes));
    return bounds;
}

Outcome column_permutation(const Case& c, Trial& trial) {
    Case reversed = c;
    const GemvInputs inputs = gemv_inputs(reversed);
    for (std::size_t row = 0; row < gemv_rows(c); ++row) std::ranges::reverse(inputs.row(row));
    std::ranges::reverse(inputs.x);
    return expect_two_bounds("after reversing the columns", y_of(trial, c), y_of(trial, reversed),
                             trial.derived(c, bounds_of));
}

Outcome row_permutation(const Case& c, Trial& trial) {
    Case reversed = c;
    const GemvInputs inputs = gemv_inputs(reversed);
    for (std::size_t row = 0; row < gemv_rows(c) / 2; ++row)
        std::ranges::swap_ranges(inputs.row(row), inputs.row(gemv_rows(c) - 1 - row));
    std::ranges::reverse(inputs.bias);
    Values y = y_of(trial, reversed);
    std::ranges::reverse(y);
    return expect_two_bounds("after reversing the rows", y_of(trial, c), y, trial.derived(c, bounds_of));
}

Outcome row_independence(const Case& c, Trial& trial) {
    if (gemv_rows(c) < 2) return Outcome::discard();
    const Values y = y_of(trial, c);
    for (const std::size_t parity : {1u, 0u}) {
        Case replaced = c;
        const GemvInputs inputs = gemv_inputs(replaced);
        for (std::size_t row = parity; row < y.size(); row += 2) {
            for (float& value : inputs.row(row)) value = value == 3.5f ? -0.75f : 3.5f;
            if (!inputs.bias.empty()) inputs.bias[row] = inputs.bias[row] == 9.0f ? -1.0f : 9.0f;
        }
        const Values got = y_of(trial, replaced);
        for (std::size_t row = 1 - parity; row < y.size(); row += 2)
            if (!same_value(got[row], y[row]))
                return Outcome::fail(
                    fmt::format("after replacing every {} row of w, y[{}] is {}, expected {} as before",
                                parity == 1 ? "odd" : "even", row, show(got[row]), show(y[row])));
    }
    return Outcome::pass();
}

// Rows first, first + 3, ...: non-finite there, as before elsewhere.
Outcome expect_nonfinite_rows(std::string_view where, std::span<const float> y, std::span<const float> before,
                              std::size_t first) {
    for (std::size_t row = 0; row < y.size(); ++row) {
        const bool bad = row % 3 == first;
        if (bad && std::isfinite(y[row]))
            return Outcome::fail(
                fmt::format("{} of row {} is Inf or NaN, but y[{}] is {}", where, row, row, show(y[row])));
        if (!bad && !same_value(y[row], before[row]))
            return Outcome::fail(
                fmt::format("{} of other rows is Inf or NaN, but y[{}] is {}, expected {} as before", where, row,
                            show(y[row]), show(before[row])));
    }
    return Outcome::pass();
}

Outcome nonfinite_weight(const Case& c, Trial& trial) {
    const std::size_t cols = gemv_cols(c);
    if (gemv_rows(c) == 0 || cols == 0) return Outcome::discard();
    const std::size_t first = cols % std::min<std::size_t>(3, gemv_rows(c));
    Case bad = c;
    for (std::size_t row = first; row < gemv_rows(c); row += 3)
        gemv_inputs(bad).row(row)[(7 * row + cols / 2) % cols] = nonfinite_values[(row + cols) % 3];
    return expect_nonfinite_rows("a weight", y_of(trial, bad), y_of(trial, c), first);
}

Outcome nonfinite_bias(const Case& c, Trial& trial) {
    if (c.input<float>(2).empty()) return Outcome::discard();
    const std::size_t first = gemv_cols(c) % std::min<std::size_t>(3, gemv_rows(c));
    Case bad = c;
    for (std::size_t row = first; row < gemv_rows(c); row += 3)
        gemv_inputs(bad).bias[row] = nonfinite_values[(row + gemv_cols(c)) % 3];
    return expect_nonfinite_rows("the bias", y_of(trial, bad), y_of(trial, c), first);
}

Outcome nonfinite_x(const Case& c, Trial& trial) {
    const std::size_t cols = gemv_cols(c);
    if (cols == 0) return Outcome::discard();
    Case bad = c;
    const std::size_t col = (gemv_rows(c) + cols / 2) % cols;
    gemv_inputs(bad).x[col] = nonfinite_values[cols % 3];
    const Values y = y_of(trial, bad);
    for (std::size_t row = 0; row < y.size(); ++row)
        if (std::isfinite(y[row]))
            return Outcome::fail(
                fmt::format("x[{}] is {}, but y[{}] is {}", col, nonfinite_values[cols % 3], row, show(y[row])));
    return Outcome::pass();
}

}  // namespace

std::vector<Statement> gemv_statements(const Contract& contract) {
    using Kind = StatementKind;
    const auto nonfinite = [](std::string_view name, std::string_view says, Outcome (*check)(const Case&, Trial&)) {
        Statement statement = law(name, says, {"finite", "moderate"}, check);
        statement.excluded_by = {"finite"};
        return statement;
    };
    return {
        {.name = "exact_sum",
         .kind = Kind::exact,
         .says = "where every partial sum is representable, every result is the exact sum of its row and bias",
         .needs = {"finite", "exact"},
         .check = exact_sum},
        {.name = "unit_vectors",
         .kind = Kind::exact,
         .says = "an x of one 1 picks that column of w, plus the bias rounded once",
         .needs = {"finite"},
         .check = unit_vectors},
        {.name = "linearity",
         .kind = Kind::exact,
         .says = "where every partial sum is representable, w (a + b) is w a + w b, to the bit",
         .needs = {"finite", "exact"},
         .check = linearity},
        {.name = "no_bias_is_a_bias_of_zeros",
         .kind = Kind::exact,
         .says = "where every partial sum is representable, NULL and a bias of zeros give the same bits",
         .needs = {"finite", "exact"},
         .check = no_bias_is_a_bias_of_zeros},
        error_within_bound(contract, {"finite"}, {}),
        law("zero", "where w, or x, is all 0, the bias is left", {"finite"}, zero),
        law("negation", "negating w and bias, or x and bias, negates every result, to the bit", {"finite"},
            negation),
        law("power_of_two_scaling",
            "doubling w and bias (halving x and bias) doubles (halves) every result, to the bit",
            {"finite", "moderate"}, power_of_two_scaling),
        law("column_permutation", "reversing the columns moves a result by two bounds at most", {"finite"},
            column_permutation),
        law("row_permutation", "reversing the rows reverses y, within two bounds", {"finite"}, row_permutation),
        law("row_independence", "a row's result does not depend on the other rows, to the bit", {"finite"},
            row_independence),
        nonfinite("nonfinite_weight", "an Inf or NaN in w makes exactly its row's result non-finite",
                  nonfinite_weight),
        nonfinite("nonfinite_bias", "an Inf or NaN in bias makes exactly its row's result non-finite",
                  nonfinite_bias),
        nonfinite("nonfinite_x", "an Inf or NaN in x makes every result non-finite", nonfinite_x),
        same_bits_as_definition({"finite"}),
    };
}

}  // namespace brickproof
