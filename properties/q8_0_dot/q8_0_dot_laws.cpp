#include "q8_0_dot/q8_0_dot_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/compare.hpp"
#include "engine/q8_0_blocks.hpp"
#include "engine/statements.hpp"
#include "q8_0_dot/q8_0_dot_bound.hpp"
#include "q8_0_dot/q8_0_dot_oracle.hpp"

namespace brickproof {
namespace {

using Block = brickproof_q8_0;

float result_of(const Outputs& outputs) {
    return outputs.as<float>(0)[0];
}

Outcome expect_result(float got, float expected) {
    return expect_same("result", std::span<const float>(&got, 1), std::span<const float>(&expected, 1));
}

ExactDot exact_result(const Case& c) {
    return exact_q8_0_dot(c.input<Block>(0), c.input<Block>(1));
}

Outcome exact_sum(const Case& c, Trial& trial) {
    const double exact = trial.derived(c, exact_result).sum;
    return expect_result(result_of(trial.run(c)), static_cast<float>(exact));
}

Outcome zero(const Case& c, Trial& trial) {
    Case zeroed = c;
    zero_quants(zeroed.input<Block>(0));
    const Outcome left = expect_result(result_of(trial.run(zeroed)), 0.0f);
    zeroed = c;
    zero_quants(zeroed.input<Block>(1));
    return all_of({left, expect_result(result_of(trial.run(zeroed)), 0.0f)});
}

// Two correct results of one sum differ by at most two bounds.
Outcome expect_two_bounds(const Case& c, Trial& trial, float first, float second) {
    const ExactDot exact = trial.derived(c, exact_result);
    const double bound = 2.0 * brick::q8_0_dot_error_bound(c.sizes[0], exact.sum_of_magnitudes);
    const double difference = std::fabs(static_cast<double>(first) - static_cast<double>(second));
    if (difference <= bound) return Outcome::pass(bound > 0.0 ? difference / bound : 0.0);
    return Outcome::fail(too_far_apart("the result", first, second, bound / 2.0));
}

Outcome symmetry(const Case& c, Trial& trial) {
    Case swapped = c;
    std::swap(swapped.operands[0].contents, swapped.operands[1].contents);
    return expect_two_bounds(c, trial, result_of(trial.run(c)), result_of(trial.run(swapped)));
}

Outcome block_permutation(const Case& c, Trial& trial) {
    Case reversed = c;
    std::ranges::reverse(reversed.input<Block>(0));
    std::ranges::reverse(reversed.input<Block>(1));
    return expect_two_bounds(c, trial, result_of(trial.run(c)), result_of(trial.run(reversed)));
}

Outcome negation(const Case& c, Trial& trial) {
    Case negated = c;
    negate_scales(negated.input<Block>(0));
    return expect_result(result_of(trial.run(negated)), -result_of(trial.run(c)));
}

Outcome power_of_two_scaling(const Case& c, Trial& trial) {
    const float result = result_of(trial.run(c));
    Case scaled = c;
    double_scales(scaled.input<Block>(0));
    const Outcome doubled = expect_result(result_of(trial.run(scaled)), 2.0f * result);
    scaled = c;
    halve_scales(scaled.input<Block>(1));
    return all_of({doubled, expect_result(result_of(trial.run(scaled)), 0.5f * result)});
}

Outcome nonfinite_scale(const Case& c, Trial& trial) {
    if (c.sizes[0] == 0) return Outcome::discard();
    const float result = result_of(trial.run(c));
    if (!std::isfinite(result)) return Outcome::pass();
    return Outcome::fail(fmt::format("a scale is Inf or NaN, but the result is {}", show(result)));
}

Outcome integer_block_sums(const Case& c, Trial& trial) {
    const ExactDot exact = trial.derived(c, exact_result);
    const double error = std::fabs(static_cast<double>(result_of(trial.run(c))) - exact.sum);
    const double bound = brick::q8_0_dot_integer_block_bound(c.sizes[0], exact.sum_of_magnitudes);
    if (error <= bound) return Outcome::pass(bound > 0.0 ? error / bound : 0.0);
    return Outcome::note(
        fmt::format("the error is {:.3g} times that of a kernel with integer block sums: it rounds "
                    "within blocks",
                    error / bound));
}

}  // namespace

std::vector<Statement> q8_0_dot_statements(const Contract& contract) {
    using Kind = StatementKind;
    return {
        {.name = "exact_sum",
         .kind = Kind::exact,
         .says = "where every partial sum is representable, the result is the exact sum",
         .needs = {"finite", "exact", "quants>-128"},
         .check = exact_sum},
        {.name = "exact_sum_full_int8_range",
         .kind = Kind::exact,
         .says = "the same with quants of -128 in both operands",
         .needs = {"finite", "exact"},
         .excluded_by = {"quants>-128"},
         .check = exact_sum},
        error_within_bound(contract, {"finite", "quants>-128"}, {}),
        {.name = "zero",
         .kind = Kind::law,
         .says = "an operand whose quants are all 0 gives 0",
         .needs = {"finite", "quants>-128"},
         .check = zero},
        {.name = "symmetry",
         .kind = Kind::law,
         .says = "swapping a and b moves the result by two bounds at most",
         .needs = {"finite", "quants>-128"},
         .check = symmetry},
        {.name = "negation",
         .kind = Kind::law,
         .says = "negating every scale of a negates the result, to the bit",
         .needs = {"finite", "quants>-128"},
         .check = negation},
        {.name = "power_of_two_scaling",
         .kind = Kind::law,
         .says = "doubling (halving) every scale of one operand doubles (halves) the result, to the bit",
         .needs = {"finite", "normal_scales", "quants>-128"},
         .check = power_of_two_scaling},
        {.name = "block_permutation",
         .kind = Kind::law,
         .says = "reversing the order of the blocks moves the result by two bounds at most",
         .needs = {"finite", "quants>-128"},
         .check = block_permutation},
        {.name = "nonfinite_scale",
         .kind = Kind::law,
         .says = "an Inf or NaN scale never gives a finite result",
         .needs = {"nonfinite", "quants>-128"},
         .excluded_by = {"finite"},
         .check = nonfinite_scale},
        {.name = "integer_block_sums",
         .kind = Kind::character,
         .says = "the error is that of a kernel which sums each block in integers",
         .needs = {"finite", "quants>-128"},
         .check = integer_block_sums},
        same_bits_as_definition({"finite", "quants>-128"}),
    };
}

}  // namespace brickproof
