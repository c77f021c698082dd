#include "swiglu/swiglu_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/array_laws.hpp"
#include "engine/compare.hpp"
#include "engine/statements.hpp"
#include "swiglu/swiglu_bound.hpp"

namespace brickproof {
namespace {

using Values = Array<float>;
using Oracle = std::vector<OracleOutput> (*)(const Case&);
using limits_of_float = std::numeric_limits<float>;

Values y_of(Trial& trial, const Case& c) {
    const Outputs outputs = trial.run(c);
    const std::span<const float> y = outputs.as<float>(0);
    return {y.begin(), y.end()};
}

std::span<float> gate_of(Case& c) {
    return c.input<float>(0);
}
std::span<float> up_of(Case& c) {
    return c.input<float>(1);
}

Case with_gate(Case c, float (*edit)(float)) {
    std::ranges::transform(gate_of(c), gate_of(c).begin(), edit);
    return c;
}
Case with_up(Case c, float (*edit)(float)) {
    std::ranges::transform(up_of(c), up_of(c).begin(), edit);
    return c;
}

std::string at(const Case& c, std::size_t i) {
    return fmt::format("gate[{0}] = {1}, up[{0}] = {2}", i, show(c.input<float>(0)[i]), show(c.input<float>(1)[i]));
}

Outcome zero(const Case& c, Trial& trial) {
    const Values zeros(c.sizes[0], 0.0f);
    constexpr auto to_zero = [](float) { return 0.0f; };
    return all_of({expect_same("y", y_of(trial, with_gate(c, to_zero)), zeros),
                   expect_same("y", y_of(trial, with_up(c, to_zero)), zeros)});
}

Outcome expect_scaled(const Case& scaled, Trial& trial, const Values& y, float factor) {
    Values expected = y;
    for (float& value : expected) value *= factor;
    Outcome outcome = expect_same("y", y_of(trial, scaled), expected);
    if (outcome.kind == Outcome::Kind::fail)
        outcome.message = fmt::format("with up times {}: {}", factor, outcome.message);
    return outcome;
}

Outcome linear_in_up(const Case& c, Trial& trial) {
    const Values y = y_of(trial, c);
    return all_of({expect_scaled(with_up(c, [](float up) { return 2.0f * up; }), trial, y, 2.0f),
                   expect_scaled(with_up(c, [](float up) { return 0.5f * up; }), trial, y, 0.5f),
                   expect_scaled(with_up(c, [](float up) { return 1024.0f * up; }), trial, y, 1024.0f)});
}

Outcome sign_of_up(const Case& c, Trial& trial) {
    return expect_scaled(with_up(c, [](float up) { return -up; }), trial, y_of(trial, c), -1.0f);
}

// silu(g) - silu(-g) = g (1/(1+exp(-g)) + 1/(1+exp(g))) = g.
Outcome odd_part(const Case& c, Trial& trial) {
    const Case ones = with_up(c, [](float) { return 1.0f; });
    const Values y = y_of(trial, ones);
    const Values mirrored = y_of(trial, with_gate(ones, [](float gate) { return -gate; }));
    double largest_share = 0.0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double gate = ones.input<float>(0)[i];
        const double bound = brick::swiglu_error_bound(gate, 1.0) + brick::swiglu_error_bound(-gate, 1.0);
        if (std::isinf(bound)) continue;
        const double difference = static_cast<double>(y[i]) - static_cast<double>(mirrored[i]);
        const double error = std::fabs(difference - gate);
        if (!(error <= bound))
            return Outcome::fail(fmt::format(
                "silu(g) - silu(-g) is {} for g = gate[{}] = {}: {:.4g} off, more than the two bounds ({:.4g})",
                difference, i, show(ones.input<float>(0)[i]), error, bound));
        largest_share = std::max(largest_share, bound > 0.0 ? error / bound : 0.0);
    }
    return Outcome::pass(largest_share);
}

// `lost` of |gate up| may be missing, or be there instead of nothing; underflow comes on top.
Outcome expect_near(const Case& c, std::span<const float> y, double factor, double lost) {
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double gate = c.input<float>(0)[i];
        const double product = gate * static_cast<double>(c.input<float>(1)[i]);
        if (std::fabs(product) * (1.0 + lost) > limits_of_float::max()) continue;
        const double allowed =
            lost * std::fabs(product) + brick::half_denorm_min * (3.0 + factor * std::fabs(gate));
        const double error = std::fabs(static_cast<double>(y[i]) - factor * product);
        if (!(error <= allowed))
            return Outcome::fail(fmt::format("{}: y[{}] is {}, which is {:.4g} from {}, more than {:.4g}", at(c, i),
                                             i, show(y[i]), error, factor == 0.0 ? "0" : "gate * up", allowed));
    }
    return Outcome::pass();
}

// From 18 on, 1 + exp(-g) is 1 up to a quarter of u. Below -104.5, exp(g) is less than 2^-150: with 2 ulp of error
// and one rounding it is 3 * 2^-149 at most.
Outcome limits(const Case& c, Trial& trial) {
    const Case large = with_gate(c, [](float gate) { return std::max(std::fabs(gate), 18.0f); });
    const Case small = with_gate(c, [](float gate) { return std::min(-std::fabs(gate), -104.5f); });
    return all_of({expect_near(large, y_of(trial, large), 1.0, brick::gamma(6)),
                   expect_near(small, y_of(trial, small), 0.0, 0x3p-149)});
}

Outcome no_nan(const Case& c, Trial& trial) {
    const Values y = y_of(trial, c);
    for (std::size_t i = 0; i < y.size(); ++i)
        if (std::isnan(y[i])) return Outcome::fail(fmt::format("{}: y[{}] is NaN", at(c, i), i));
    return Outcome::pass();
}

// Two of them overflow.
float made_large(float magnitude) {
    return std::max(magnitude, 0x1p70f);
}

Outcome overflow_is_infinite(const Case& c, Trial& trial) {
    const Case huge = with_up(with_gate(c, [](float gate) { return made_large(std::fabs(gate)); }),
                              [](float up) { return std::copysign(made_large(std::fabs(up)), up); });
    Values expected;
    for (const float up : huge.input<float>(1)) expected.push_back(std::copysign(limits_of_float::infinity(), up));
    return expect_same("y", y_of(trial, huge), expected);
}

// One of three values with a NaN gate, one with a NaN up. The others are as exact as without them.
Outcome nan_stays_nan(const Case& c, Trial& trial, Oracle oracle) {
    const OracleOutput exact = trial.derived(c, oracle)[0];
    Case with_nans = c;
    const auto is_nan_input = [start = c.sizes[0] % 3](std::size_t i) { return (i + start) % 3 != 2; };
    for (std::size_t i = 0; i < c.sizes[0]; ++i)
        if (is_nan_input(i))
            ((i + c.sizes[0]) % 3 == 0 ? gate_of(with_nans) : up_of(with_nans))[i] = limits_of_float::quiet_NaN();
    const Values y = y_of(trial, with_nans);
    for (std::size_t i = 0; i < y.size(); ++i)
        if (std::isnan(y[i]) != is_nan_input(i))
            return Outcome::fail(fmt::format("{}, but y[{}] is {}", at(with_nans, i), i, show(y[i])));
        else if (!is_nan_input(i) && std::fabs(static_cast<double>(y[i]) - exact.exact[i]) > exact.bound[i])
            return Outcome::fail(fmt::format("{}, beside a NaN: y[{}] is {}, beyond its bound from {}",
                                             at(with_nans, i), i, show(y[i]), exact.exact[i]));
    return Outcome::pass();
}

// One of three values with an infinite gate or up: silu(Inf) is Inf, and Inf times what is not 0 is Inf. What silu
// of -Inf is, kernels differ in: Inf over Inf, or 0 times Inf, or its limit. The others are what they were.
Outcome infinite_operands(const Case& c, Trial& trial, Oracle oracle) {
    constexpr float infinity = limits_of_float::infinity();
    const std::size_t first = c.sizes[0] % 3;
    const OracleOutput exact = trial.derived(c, oracle)[0];
    for (const bool in_gate : {true, false}) {
        const float value = c.sizes[0] / 3 % 2 == 0 ? infinity : -infinity;
        Case edited = c;
        Values expected(c.sizes[0]);
        for (std::size_t i = first; i < c.sizes[0]; i += 3) {
            float& infinite = in_gate ? gate_of(edited)[i] : up_of(edited)[i];
            float& other = in_gate ? up_of(edited)[i] : gate_of(edited)[i];
            infinite = value;
            if (!(std::fabs(other) >= 0x1p-20f && std::fabs(other) <= 64.0f)) other = std::copysign(1.0f, other);
            expected[i] = value * other;
        }
        const Values y = y_of(trial, edited);
        for (std::size_t i = 0; i < y.size(); ++i) {
            const bool is_edited = i % 3 == first;
            const bool promised = !is_edited || !in_gate || value > 0.0f;
            const bool right = is_edited
                                   ? same_value(y[i], expected[i])
                                   : !std::isfinite(exact.bound[i]) ||
                                         std::fabs(static_cast<double>(y[i]) - exact.exact[i]) <= exact.bound[i];
            if (promised && !right)
                return Outcome::fail(
                    is_edited ? fmt::format("{}: y[{}] is {}, expected {}", at(edited, i), i, show(y[i]),
                                            show(expected[i]))
                              : fmt::format("{}, beside an infinity: y[{}] is {}, beyond its bound from {}",
                                            at(edited, i), i, show(y[i]), exact.exact[i]));
        }
    }
    return Outcome::pass();
}

}  // namespace

std::vector<Statement> swiglu_statements(const Contract& contract) {
    Statement nan{.name = "nan_stays_nan",
                  .kind = StatementKind::law,
                  .says = "a NaN in gate or in up makes that y a NaN, and no other: those are within their bounds",
                  .needs = {"finite"},
                  .check = [oracle = contract.oracle](const Case& c, Trial& trial) {
                      return nan_stays_nan(c, trial, oracle);
                  }};
    nan.excluded_by = {"finite"};
    const Statement infinite{.name = "infinite_operands",
                             .kind = StatementKind::law,
                             .says =
                                 "an infinite gate or up gives Inf with its sign, where the other is an everyday "
                                 "number, and leaves the other results within their bounds",
                             .needs = {"finite"},
                             .excluded_by = {"finite"},
                             .check = [oracle = contract.oracle](const Case& c, Trial& trial) {
                                 return infinite_operands(c, trial, oracle);
                             }};
    Statement same_bits = same_bits_as_definition({"finite"});
    same_bits.promised_by_own = true;
    return {
        error_within_bound(contract, {"finite"}, {}),
        law("zero", "a gate or an up of 0 gives 0", {"finite"}, zero),
        law("linear_in_up", "up times a power of two gives y times that power, to the bit",
            {"finite", "normal_products"}, linear_in_up),
        law("sign_of_up", "negating up negates y, to the bit", {"finite"}, sign_of_up),
        law("odd_part", "silu(g) - silu(-g) = g, within the two bounds", {"finite"}, odd_part),
        law("limits", "far right of 0, silu is the identity; far left it is 0", {"finite"}, limits),
        law("no_nan", "finite inputs never give a NaN", {"finite"}, no_nan),
        law("overflow_is_infinite", "where the result is beyond all floats, y is Inf with its sign", {"finite"},
            overflow_is_infinite),
        nan,
        infinite,
        promised_by_own_kernels(elementwise({"finite"})),
        promised_by_own_kernels(prefix_consistency(1, {"finite"})),
        same_bits,
        sign_of_zero({"finite"}),
    };
}

}  // namespace brickproof
