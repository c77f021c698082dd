#include "rope/rope_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "brick/rounding.hpp"
#include "engine/array_laws.hpp"
#include "engine/compare.hpp"
#include "engine/statements.hpp"
#include "rope/rope_oracle.hpp"

namespace brickproof {
namespace {

using Values = Array<float>;

Values y_of(Trial& trial, const Case& c) {
    const Outputs outputs = trial.run(c);
    const std::span<const float> y = outputs.as<float>(0);
    return {y.begin(), y.end()};
}

Case at_position(Case c, std::size_t position) {
    c.sizes[2] = position;
    return c;
}

Case with_values(Case c, std::span<const float> x) {
    std::ranges::copy(x, c.input<float>(0).begin());
    return c;
}

Array<double> bounds_of(const Case& c) {
    return rope_oracle(c)[0].bound;
}

// The value got, the value wanted, and how far apart they may be. Infinite: nothing is promised.
Outcome expect_near(std::string_view situation, std::size_t i, float got, float wanted, double allowed) {
    if (!std::isfinite(allowed)) return Outcome::pass();
    const double difference = std::fabs(static_cast<double>(got) - static_cast<double>(wanted));
    if (!(difference <= allowed))
        return Outcome::fail(
            fmt::format("{}: y[{}] is {} and not {}: {:.4g} apart, where correct kernels are at most "
                        "{:.4g} apart",
                        situation, i, show(got), show(wanted), difference, allowed));
    return Outcome::pass(allowed > 0.0 ? difference / allowed : 0.0);
}

Outcome identity_at_position_zero(const Case& c, Trial& trial) {
    return expect_same("y", y_of(trial, at_position(c, 0)), c.input<float>(0));
}

// Numerators of convergents of pi/2, and doubled or tripled: a sine or cosine of nearly 0.
constexpr std::size_t hard_positions[] = {3,     11,    22,     33,     44,     344,    355,    710,
                                          51819, 52174, 103638, 104348, 260515, 521030, 573204, 1048576};

Outcome first_pair(const Case& c, Trial& trial) {
    const RopeCall call = rope_call(c);
    if (call.heads == 0 || call.pairs() == 0) return Outcome::discard();
    double largest_share = 0.0;
    for (std::size_t k = 0; k < 3; ++k) {
        const std::size_t position =
            hard_positions[(call.position + call.heads + call.head_dim + 5 * k) % std::size(hard_positions)];
        const Case there = at_position(c, position);
        const OracleOutput exact = rope_oracle(there)[0];
        const Values y = y_of(trial, there);
        OracleOutput of_pair;
        Array<double> got;
        for (std::size_t head = 0; head < call.heads; ++head) {
            for (const std::size_t i : {call.first_of(head, 0), call.second_of(head, 0)}) {
                of_pair.exact.push_back(exact.exact[i]);
                of_pair.bound.push_back(exact.bound[i]);
                got.push_back(static_cast<double>(y[i]));
            }
        }
        Outcome outcome =
            expect_within(fmt::format("at position {}, pair 0 of each head: values", position), got, of_pair);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
        largest_share = std::max(largest_share, outcome.share_of_bound);
    }
    return Outcome::pass(largest_share);
}

// Applies check(first index, second index) to each pair of each head until one does not pass.
template <typename Check>
Outcome for_each_pair(const RopeCall& call, const Check& check) {
    Outcome all = Outcome::pass();
    for (std::size_t head = 0; head < call.heads; ++head) {
        for (std::size_t pair = 0; pair < call.pairs(); ++pair) {
            const Outcome outcome = check(call.first_of(head, pair), call.second_of(head, pair));
            if (outcome.kind != Outcome::Kind::pass) return outcome;
            all.share_of_bound = std::max(all.share_of_bound, outcome.share_of_bound);
        }
    }
    return all;
}

template <typename T>
double length(std::span<const T> values, std::size_t first, std::size_t second) {
    return std::hypot(static_cast<double>(values[first]), static_cast<double>(values[second]));
}

// (|a cos| + |b sin|)^2 + (|a sin| + |b cos|)^2 <= 2 (a^2 + b^2), and each value is off by gamma_6 of its sum.
Outcome pair_norm(const Case& c, Trial& trial) {
    const std::span<const float> x = c.input<float>(0);
    const Values y = y_of(trial, c);
    return for_each_pair(rope_call(c), [&](std::size_t first, std::size_t second) {
        const double before = length(x, first, second);
        if (before > 0.99 * static_cast<double>(std::numeric_limits<float>::max())) return Outcome::pass();
        const double after = length(std::span<const float>(y), first, second);
        const double allowed = std::sqrt(2.0) * brick::gamma(6) * before + 8.0 * brick::half_denorm_min;
        if (std::fabs(after - before) <= allowed) return Outcome::pass(std::fabs(after - before) / allowed);
        return Outcome::fail(
            fmt::format("the pair x[{}], x[{}] has length {:.9g}, and {:.9g} after it was rotated: "
                        "rounding may change it by {:.4g}",
                        first, second, before, after, allowed));
    });
}

// The bound of the second rotation, that of the first one turned by it, and that of both at once.
Outcome rotations_compose(const Case& c, Trial& trial) {
    const RopeCall call = rope_call(c);
    const std::size_t first_position = call.position / 3;
    const Case one = at_position(c, first_position);
    const Case two = with_values(at_position(c, call.position - first_position), y_of(trial, one));
    const Values in_two_steps = y_of(trial, two);
    const Values at_once = y_of(trial, c);
    const Array<double> of_one = bounds_of(one);
    const Array<double> of_two = bounds_of(two);
    const Array<double> of_both = trial.derived(c, bounds_of);
    const std::string situation = fmt::format("rotated to position {} and on by {}, against {} at once",
                                              first_position, call.position - first_position, call.position);
    return for_each_pair(call, [&](std::size_t first, std::size_t second) {
        const double turned = length(std::span<const double>(of_one), first, second);
        const auto near = [&](std::size_t i) {
            return expect_near(situation, i, in_two_steps[i], at_once[i], of_two[i] + turned + of_both[i]);
        };
        return all_of({near(first), near(second)});
    });
}

// What one head's product with the next one may be off by, pair by pair: of lengths and of the vectors' own bounds.
struct Product {
    double value = 0.0;
    double allowed = 0.0;
};

struct Rotated {
    Values y;
    Array<double> bound;
    Rotated(const Case& c, Trial& trial) : y(y_of(trial, c)), bound(trial.derived(c, bounds_of)) {}
};

Product product_of(const RopeCall& call, const Rotated& q, std::size_t q_head, const Rotated& k,
                   std::size_t k_head) {
    Product product;
    for (std::size_t pair = 0; pair < call.pairs(); ++pair) {
        const std::size_t qa = call.first_of(q_head, pair), qb = call.second_of(q_head, pair);
        const std::size_t ka = call.first_of(k_head, pair), kb = call.second_of(k_head, pair);
        const double of_q = length(std::span<const double>(q.bound), qa, qb);
        const double of_k = length(std::span<const double>(k.bound), ka, kb);
        const double q_length = length(std::span<const float>(q.y), qa, qb) + of_q;
        const double k_length = length(std::span<const float>(k.y), ka, kb) + of_k;
        product.value += static_cast<double>(q.y[qa]) * static_cast<double>(k.y[ka]) +
                         static_cast<double>(q.y[qb]) * static_cast<double>(k.y[kb]);
        product.allowed += q_length * of_k + k_length * of_q + 0x1p-45 * q_length * k_length;
    }
    return product;
}

Outcome distance_only(const Case& c, Trial& trial) {
    const RopeCall call = rope_call(c);
    if (call.heads == 0 || call.pairs() == 0) return Outcome::discard();
    const std::size_t distance = 1 + call.position % 89;
    const Rotated near_q(at_position(c, 0), trial), near_k(at_position(c, distance), trial);
    const Rotated far_q(c, trial), far_k(at_position(c, call.position + distance), trial);
    for (std::size_t head = 0; head < call.heads; ++head) {
        const std::size_t next = (head + 1) % call.heads;
        const Product near = product_of(call, near_q, head, near_k, next);
        const Product far = product_of(call, far_q, head, far_k, next);
        const double allowed = near.allowed + far.allowed;
        if (std::isfinite(allowed) && !(std::fabs(near.value - far.value) <= allowed))
            return Outcome::fail(
                fmt::format("head {} at position p times head {} at p + {} is {:.9g} for p = 0 and {:.9g} for p = "
                            "{}: {:.4g} apart, "
                            "where correct kernels are at most {:.4g} apart",
                            head, next, distance, near.value, far.value, call.position,
                            std::fabs(near.value - far.value), allowed));
    }
    return Outcome::pass();
}

// From where each value of one style comes in the other.
std::vector<std::size_t> indices_in_other_style(const RopeCall& call) {
    RopeCall other = call;
    other.style = 2 - call.style;
    std::vector<std::size_t> indices(call.heads * call.head_dim);
    for (std::size_t head = 0; head < call.heads; ++head) {
        for (std::size_t pair = 0; pair < call.pairs(); ++pair) {
            indices[call.first_of(head, pair)] = other.first_of(head, pair);
            indices[call.second_of(head, pair)] = other.second_of(head, pair);
        }
    }
    return indices;
}

// y of the other style, with its values in the order of this one.
Values y_in_other_style(const Case& c, Trial& trial) {
    const std::vector<std::size_t> there = indices_in_other_style(rope_call(c));
    Case other = c;
    other.sizes[3] = 2 - c.sizes[3];
    for (std::size_t i = 0; i < there.size(); ++i) other.input<float>(0)[there[i]] = c.input<float>(0)[i];
    const Values y = y_of(trial, other);
    Values here(y.size());
    for (std::size_t i = 0; i < there.size(); ++i) here[i] = y[there[i]];
    return here;
}

Outcome styles_agree(const Case& c, Trial& trial) {
    const Values y = y_of(trial, c);
    const Values other = y_in_other_style(c, trial);
    const Array<double> bound = trial.derived(c, bounds_of);
    Outcome all = Outcome::pass();
    for (std::size_t i = 0; i < y.size(); ++i)
        all = all_of({all, expect_near("in the other style, permuted", i, other[i], y[i], 2.0 * bound[i])});
    return all;
}

Outcome noted(std::string_view difference, const Outcome& same) {
    if (same.kind == Outcome::Kind::pass) return same;
    return Outcome::note(fmt::format("{}: {}", difference, same.message));
}

Outcome styles_same_bits(const Case& c, Trial& trial) {
    return noted("the two styles round differently", expect_same("y", y_in_other_style(c, trial), y_of(trial, c)));
}

Outcome heads_same_bits(const Case& c, Trial& trial) {
    const RopeCall call = rope_call(c);
    if (call.heads < 2) return Outcome::discard();
    Case equal = c;
    const std::span<float> x = equal.input<float>(0);
    for (std::size_t head = 1; head < call.heads; ++head)
        std::copy_n(x.begin(), call.head_dim, x.subspan(head * call.head_dim).begin());
    const Values y = y_of(trial, equal);
    for (std::size_t i = call.head_dim; i < y.size(); ++i)
        if (!same_value(y[i], y[i % call.head_dim]))
            return Outcome::note(fmt::format("heads 0 and {} are equal, but y[{}] is {} and y[{}] is {}",
                                             i / call.head_dim, i % call.head_dim, show(y[i % call.head_dim]), i,
                                             show(y[i])));
    return Outcome::pass();
}

Outcome heads_independent(const Case& c, Trial& trial) {
    const RopeCall call = rope_call(c);
    if (call.heads < 2) return Outcome::discard();
    const Values y = y_of(trial, c);
    for (const std::size_t parity : {1u, 0u}) {
        Case edited = c;
        const std::span<float> x = edited.input<float>(0);
        for (std::size_t i = 0; i < x.size(); ++i)
            if (i / call.head_dim % 2 == parity) x[i] = static_cast<float>(i % 7) - 2.5f;
        const Values got = y_of(trial, edited);
        for (std::size_t i = 0; i < y.size(); ++i)
            if (i / call.head_dim % 2 != parity && !same_value(got[i], y[i]))
                return Outcome::fail(
                    fmt::format("after replacing every {} head, y[{}] of head {} is {}, expected {} as before",
                                parity == 1 ? "odd" : "even", i, i / call.head_dim, show(got[i]), show(y[i])));
    }
    return Outcome::pass();
}

// The case times a factor gives y times it, to the bit.
Outcome scales_by(float factor, const Case& c, Trial& trial) {
    Case scaled = c;
    for (float& value : scaled.input<float>(0)) value *= factor;
    Values expected = y_of(trial, c);
    for (float& value : expected) value *= factor;
    return expect_same("y", y_of(trial, scaled), expected);
}

Outcome negation(const Case& c, Trial& trial) {
    return scales_by(-1.0f, c, trial);
}

Outcome power_of_two_scaling(const Case& c, Trial& trial) {
    return all_of({scales_by(2.0f, c, trial), scales_by(0.25f, c, trial)});
}

// A NaN in every third pair, in turn in its first and its second value.
Outcome nan_stays_in_its_pair(const Case& c, Trial& trial) {
    const RopeCall call = rope_call(c);
    if (call.heads == 0 || call.pairs() == 0) return Outcome::discard();
    Case with_nans = c;
    const std::span<float> x = with_nans.input<float>(0);
    const std::size_t start = call.position % 3;
    for (std::size_t head = 0; head < call.heads; ++head)
        for (std::size_t pair = (start + head) % 3; pair < call.pairs(); pair += 3)
            x[pair % 2 == 0 ? call.first_of(head, pair) : call.second_of(head, pair)] =
                std::numeric_limits<float>::quiet_NaN();
    const Values y = y_of(trial, c);
    const Values got = y_of(trial, with_nans);
    return for_each_pair(call, [&](std::size_t first, std::size_t second) {
        const bool nan = std::isnan(x[first]) || std::isnan(x[second]);
        for (const std::size_t i : {first, second}) {
            // At position 0 a kernel may leave the other value of the pair as it is.
            if (nan && (call.position > 0 || std::isnan(x[i])) && !std::isnan(got[i]))
                return Outcome::fail(fmt::format("x[{}] is {} and x[{}] is {}, but y[{}] is {}", first,
                                                 show(x[first]), second, show(x[second]), i, show(got[i])));
            if (!nan && !same_value(got[i], y[i]))
                return Outcome::fail(
                    fmt::format("a NaN in another pair changes y[{}] from {} to {}", i, show(y[i]), show(got[i])));
        }
        return Outcome::pass();
    });
}

// Float64 angles: rounded some i + 8 times, of which this judge's own make two.
Outcome accurate_angles(const Case& c, Trial& trial) {
    const std::vector<OracleOutput> exact = rope_oracle(
        c, [](double angle, std::size_t pair) { return (static_cast<double>(pair) + 8.0) * 0x1p-52 * angle; });
    const Outputs got = trial.run(c);
    Outcome accurate = expect_outputs_within(c, got, exact);
    if (accurate.kind == Outcome::Kind::pass) return accurate;
    const bool float32 = expect_outputs_within(c, got, rope_oracle(c)).kind == Outcome::Kind::pass;
    return noted(float32 ? "the angles are those of float32 arithmetic"
                         : "the angles are less accurate than those of float32 arithmetic",
                 std::move(accurate));
}

Statement promised_by_own(Statement statement) {
    statement.promised_by_own = true;
    return statement;
}

}  // namespace

std::vector<Statement> rope_statements(const Contract& contract) {
    const auto character = [](std::string_view name, std::string_view says, auto* check) {
        return promised_by_own(
            {.name = name, .kind = StatementKind::character, .says = says, .needs = {"finite"}, .check = check});
    };
    Statement nan =
        law("nan_stays_in_its_pair", "a NaN makes both values of its pair NaN, and changes no other pair",
            {"finite"}, nan_stays_in_its_pair);
    nan.excluded_by = {"finite"};
    return {
        {.name = "identity_at_position_zero",
         .kind = StatementKind::exact,
         .says = "at position 0 every value stays what it is",
         .needs = {"finite"},
         .check = identity_at_position_zero},
        error_within_bound(contract, {"finite"}, {}),
        {.name = "first_pair",
         .kind = StatementKind::bound,
         .says = "pair 0, whose angle is the position itself, is off by the ulps of sine, cosine and two roundings "
                 "alone, also where the position is next to a multiple of pi/2",
         .needs = {"finite"},
         .check = first_pair},
        law("pair_norm", "the length of a pair stays, up to rounding, whatever the angle", {"finite"}, pair_norm),
        law("rotations_compose", "two rotations are one by the sum of the positions, within the bounds", {"finite"},
            rotations_compose),
        law("distance_only", "the product of two rotated heads depends on the distance of their positions alone",
            {"finite"}, distance_only),
        law("styles_agree", "NORM and NEOX are one rotation under the permutation of pairs, within two bounds",
            {"finite"}, styles_agree),
        law("heads_independent", "a head's result does not depend on the other heads, to the bit", {"finite"},
            heads_independent),
        law("negation", "negating x negates y, to the bit", {"finite"}, negation),
        law("power_of_two_scaling", "2x gives 2y and x/4 gives y/4, to the bit", {"finite", "moderate"},
            power_of_two_scaling),
        nan,
        character("accurate_angles", "the result is as accurate at every position as at the first: float64 angles",
                  accurate_angles),
        character("styles_same_bits", "the two styles give the same bits under the permutation", styles_same_bits),
        character("heads_same_bits", "equal heads give equal bits", heads_same_bits),
        promised_by_own(same_bits_as_definition({"finite"})),
    };
}

}  // namespace brickproof
