#include "rms_norm/rms_norm_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/array_laws.hpp"
#include "engine/compare.hpp"
#include "engine/statements.hpp"
#include "rms_norm/rms_norm_bound.hpp"
#include "rms_norm/rms_norm_cases.hpp"
#include "rms_norm/rms_norm_oracle.hpp"

namespace brickproof {
namespace {

using Values = Array<float>;

Values y_of(Trial& trial, const Case& c) {
    const Outputs outputs = trial.run(c);
    const std::span<const float> y = outputs.as<float>(0);
    return {y.begin(), y.end()};
}

Values negated(Values values) {
    for (float& value : values) value = -value;
    return values;
}

// The oracle, with the bound of a sum of squares that was rounded sum_roundings times.
OracleOutput exact_within(const Case& c, std::size_t sum_roundings) {
    const std::span<const float> x = c.input<float>(0);
    const std::span<const float> weight = c.input<float>(1);
    const ExactRmsNorm exact = exact_rms_norm(x, weight, rms_norm_eps(c));
    const brick::RmsNormBound bound = brick::rms_norm_error_bound(
        x.size(), exact.sum_of_squares, static_cast<double>(rms_norm_eps(c)), sum_roundings);
    OracleOutput y{exact.y, {}};
    y.bound.reserve(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        y.bound.push_back(bound.of(static_cast<double>(x[i]), static_cast<double>(weight[i])));
    return y;
}

OracleOutput exact_with_exact_sum(const Case& c) {
    return exact_within(c, 0);
}

OracleOutput exact_with_any_sum(const Case& c) {
    return exact_within(c, c.sizes[0]);
}

Outcome exact_mean(const Case& c, Trial& trial) {
    const Values y = y_of(trial, c);
    return expect_within("y", Array<double>(y.begin(), y.end()), trial.derived(c, exact_with_exact_sum));
}

// x by 2^k and eps by 4^k: every step scales exactly, so the factor is 2^-k times what it was.
Outcome power_of_two_equivariance(const Case& c, Trial& trial) {
    const Values y = y_of(trial, c);
    const auto scaled_by = [&](int k) {
        Case scaled = c;
        const RmsNormInputs inputs = rms_norm_inputs(scaled);
        const float factor = std::ldexp(1.0f, k);
        for (float& value : inputs.x) value *= factor;
        inputs.eps *= factor * factor;
        return expect_same("y", y_of(trial, scaled), y);
    };
    return all_of({scaled_by(1), scaled_by(-3), scaled_by(8)});
}

Outcome positive_scale_invariance(const Case& c, Trial& trial) {
    if (c.sizes[0] == 0) return Outcome::discard();
    Case original = c;
    rms_norm_inputs(original).eps = 0.0f;
    Case tripled = original;
    for (float& value : rms_norm_inputs(tripled).x) value *= 3.0f;  // small integers: exact
    return expect_two_bounds("with eps 0, after multiplying x by 3", y_of(trial, original), y_of(trial, tripled),
                             exact_within(original, 0).bound);
}

Outcome sign(const Case& c, Trial& trial) {
    const Values expected = negated(y_of(trial, c));
    Case flipped = c;
    for (float& value : rms_norm_inputs(flipped).x) value = -value;
    const Outcome of_x = expect_same("y", y_of(trial, flipped), expected);
    flipped = c;
    for (float& value : rms_norm_inputs(flipped).weight) value = -value;
    return all_of({of_x, expect_same("y", y_of(trial, flipped), expected)});
}

Outcome weight_doubling(const Case& c, Trial& trial) {
    Values expected = y_of(trial, c);
    for (float& value : expected) value *= 2.0f;
    Case doubled = c;
    for (float& value : rms_norm_inputs(doubled).weight) value *= 2.0f;
    return expect_same("y", y_of(trial, doubled), expected);
}

// The weights of one parity are replaced.
Outcome weight_locality(const Case& c, Trial& trial) {
    const Values y = y_of(trial, c);
    for (const std::size_t parity : {1u, 0u}) {
        Case replaced = c;
        const std::span<float> weight = rms_norm_inputs(replaced).weight;
        for (std::size_t i = parity; i < weight.size(); i += 2) weight[i] = weight[i] == 3.5f ? -0.75f : 3.5f;
        const Values got = y_of(trial, replaced);
        for (std::size_t i = 1 - parity; i < y.size(); i += 2)
            if (!same_value(got[i], y[i]))
                return Outcome::fail(
                    fmt::format("after replacing every {} weight, y[{}] is {}, expected {} as before",
                                parity == 1 ? "odd" : "even", i, show(got[i]), show(y[i])));
    }
    return Outcome::pass();
}

Outcome zero_in_zero_out(const Case& c, Trial& trial) {
    Case zeros = c;
    const RmsNormInputs inputs = rms_norm_inputs(zeros);
    std::ranges::fill(inputs.x, 0.0f);
    if (inputs.eps == 0.0f) inputs.eps = 1e-5f;
    return expect_same("y", y_of(trial, zeros), Values(c.sizes[0], 0.0f));
}

Outcome permutation(const Case& c, Trial& trial) {
    Case reversed = c;
    std::ranges::reverse(rms_norm_inputs(reversed).x);
    std::ranges::reverse(rms_norm_inputs(reversed).weight);
    Values y = y_of(trial, reversed);
    std::ranges::reverse(y);
    return expect_two_bounds("after reversing x and weight", y_of(trial, c), y,
                             trial.derived(c, exact_with_any_sum).bound);
}

// Each y is x / RMS(x) within a relative bound, and so is their root mean square within that bound of 1.
Outcome unit_weights_give_unit_rms(const Case& c, Trial& trial) {
    if (c.sizes[0] == 0) return Outcome::discard();
    Case unit = c;
    const RmsNormInputs inputs = rms_norm_inputs(unit);
    std::ranges::fill(inputs.weight, 1.0f);
    inputs.eps = 0.0f;
    const double n = static_cast<double>(c.sizes[0]);
    const double sum = exact_rms_norm(inputs.x, inputs.weight, inputs.eps).sum_of_squares;
    if (sum == 0.0) return Outcome::discard();
    const double bound = brick::rms_norm_error_bound(c.sizes[0], sum, 0.0, c.sizes[0]).relative;
    double squares = 0.0;
    for (const float y : y_of(trial, unit)) squares += static_cast<double>(y) * static_cast<double>(y);
    const double rms = std::sqrt(squares / n);
    if (!(std::fabs(rms - 1.0) <= bound))
        return Outcome::fail(
            fmt::format("with unit weights and eps 0, the root mean square of y is {:.9g}, expected "
                        "1 within {:.4g}",
                        rms, bound));
    return Outcome::pass(std::fabs(rms - 1.0) / bound);
}

Outcome nan_of_x_reaches_all(const Case& c, Trial& trial) {
    if (c.sizes[0] == 0) return Outcome::discard();
    Case with_nan = c;
    const std::span<float> x = rms_norm_inputs(with_nan).x;
    for (const std::size_t position : {3 % x.size(), x.size() - 1, x.size() / 2}) {
        const float before = std::exchange(x[position], std::numeric_limits<float>::quiet_NaN());
        const Values y = y_of(trial, with_nan);
        for (std::size_t i = 0; i < y.size(); ++i)
            if (!std::isnan(y[i]))
                return Outcome::fail(
                    fmt::format("x[{}] is NaN, and so is the mean, but y[{}] is {}", position, i, show(y[i])));
        x[position] = before;
    }
    return Outcome::pass();
}

Outcome nonfinite_stays(const Case& c, Trial& trial) {
    if (c.sizes[0] == 0) return Outcome::discard();
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const std::size_t at = c.sizes[0] / 2;
    Case bad_x = c;
    rms_norm_inputs(bad_x).x[at] = c.sizes[0] % 2 == 0 ? infinity : -infinity;
    if (const float y = y_of(trial, bad_x)[at]; std::isfinite(y))
        return Outcome::fail(fmt::format("x[{}] is infinite, but y[{}] is {}", at, at, show(y)));
    for (const float weight : {infinity, std::numeric_limits<float>::quiet_NaN()}) {
        Case bad_weight = c;
        rms_norm_inputs(bad_weight).weight[at] = weight;
        if (const float y = y_of(trial, bad_weight)[at]; std::isfinite(y))
            return Outcome::fail(fmt::format("weight[{}] is {}, but y[{}] is {}", at, weight, at, show(y)));
    }
    return Outcome::pass();
}

// 0 / 0: the definition's sums are 0, its factor is Inf, and 0 Inf is NaN.
Outcome zeros_with_eps_0(const Case& c, Trial& trial) {
    if (c.sizes[0] == 0) return Outcome::discard();
    Case zeros = c;
    const RmsNormInputs inputs = rms_norm_inputs(zeros);
    std::ranges::fill(inputs.x, 0.0f);
    std::ranges::fill(inputs.weight, 1.0f);
    inputs.eps = 0.0f;
    for (const float y : y_of(trial, zeros))
        if (!std::isnan(y)) return Outcome::note(fmt::format("zeros with eps 0 give {}, not NaN", show(y)));
    return Outcome::pass();
}

}  // namespace

std::vector<Statement> rms_norm_statements(const Contract& contract) {
    using Kind = StatementKind;
    Statement nan =
        law("nan_of_x_reaches_all", "a NaN in x makes every result NaN", {"finite"}, nan_of_x_reaches_all);
    nan.excluded_by = {"finite"};
    Statement nonfinite =
        law("nonfinite_stays", "an Inf in x, an Inf or a NaN in weight makes the result at its place non-finite",
            {"finite", "moderate"}, nonfinite_stays);
    nonfinite.excluded_by = {"finite"};
    Statement same_bits = same_bits_as_definition({"finite"});
    same_bits.promised_by_own = true;
    return {
        {.name = "exact_mean",
         .kind = Kind::exact,
         .says = "where every partial sum of squares is exact, only the few roundings after it are left",
         .needs = {"finite", "exact"},
         .check = exact_mean},
        error_within_bound(contract, {"finite"}, {}),
        law("power_of_two_equivariance", "x times 2^k and eps times 4^k give the same bits", {"finite", "moderate"},
            power_of_two_equivariance),
        law("positive_scale_invariance", "with eps 0, three times x gives the same within two bounds",
            {"finite", "exact"}, positive_scale_invariance),
        law("sign", "negating x, or weight, negates y, to the bit", {"finite"}, sign),
        law("weight_doubling", "doubling weight doubles y, to the bit", {"finite", "moderate"}, weight_doubling),
        law("weight_locality", "a weight has no influence on the other results", {"finite", "moderate"},
            weight_locality),
        law("zero_in_zero_out", "zeros give zeros where eps is positive", {"finite", "moderate"}, zero_in_zero_out),
        law("permutation", "reversing x and weight reverses y, within two bounds", {"finite"}, permutation),
        law("unit_weights_give_unit_rms", "with unit weights and eps 0 the root mean square of y is 1",
            {"finite", "moderate"}, unit_weights_give_unit_rms),
        nan,
        nonfinite,
        {.name = "zeros_with_eps_0",
         .kind = Kind::character,
         .says = "zeros with eps 0, which have no defined result, give NaN",
         .needs = {"finite"},
         .check = zeros_with_eps_0},
        same_bits,
        sign_of_zero({"finite"}),
    };
}

}  // namespace brickproof
