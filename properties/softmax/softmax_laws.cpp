#include "softmax/softmax_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/array_laws.hpp"
#include "engine/compare.hpp"
#include "engine/statements.hpp"
#include "softmax/softmax_bound.hpp"
#include "softmax/softmax_oracle.hpp"

namespace brickproof {
namespace {

using Values = Array<float>;
using Oracle = std::vector<OracleOutput> (*)(const Case& c);

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float largest_float = std::numeric_limits<float>::max();
constexpr float masked = -infinity;

Values x_of(const Case& c) {
    const std::span<const float> x = c.input<float>(0);
    return {x.begin(), x.end()};
}

Case with_x(const Values& x) {
    Case c;
    c.sizes = {x.size()};
    c.operands.reserve(2);
    std::ranges::copy(x, add_input<float>(c, "x", f32, x.size()).begin());
    add_output(c, "y", f32, x.size());
    return c;
}

Values softmax_of(Trial& trial, const Values& x) {
    const Outputs outputs = trial.run(with_x(x));
    const std::span<const float> y = outputs.as<float>(0);
    return {y.begin(), y.end()};
}

// Every term is exp(0) = 1 or an exp that is 0, so the sum is a whole number in every order.
Outcome equal_maxima(const Case& c, Trial& trial) {
    const Values x = x_of(c);
    if (x.empty()) return Outcome::discard();
    const float largest = *std::ranges::max_element(x);
    const float share = 1.0f / static_cast<float>(std::ranges::count(x, largest));
    Values expected;
    for (const float value : x) expected.push_back(value == largest ? share : 0.0f);
    return expect_same("y", softmax_of(trial, x), expected);
}

Outcome equal_entries(const Case& c, Trial& trial) {
    const std::size_t n = c.sizes[0];
    if (n == 0) return Outcome::discard();
    const float first = c.input<float>(0)[0];
    const Values expected(n, 1.0f / static_cast<float>(n));
    for (const float value : {first == masked ? 1.0f : first, largest_float, -largest_float, 89.5f}) {
        Outcome outcome = in_situation([&] { return fmt::format("of {} times {}", n, show(value)); },
                                       expect_same("y", softmax_of(trial, Values(n, value)), expected));
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

Outcome sum_is_one(const Case& c, Trial& trial, Oracle oracle) {
    if (c.sizes[0] == 0) return Outcome::discard();
    const Values y = softmax_of(trial, x_of(c));
    const Array<double> bounds = trial.derived(c, oracle)[0].bound;
    const double bound = std::accumulate(bounds.begin(), bounds.end(), 0.0);
    const double sum = std::accumulate(y.begin(), y.end(), 0.0);
    const double error = std::fabs(sum - 1.0);
    if (!(error <= bound))
        return Outcome::fail(fmt::format("the sum of y is {}: {:.4g} off, more than the sum of the bounds ({:.4g})",
                                         sum, error, bound));
    return Outcome::pass(error / bound);
}

// Every x is a multiple of 2^-10 below 2^10: shifting it rounds nothing, and all differences stay.
Outcome shift_invariance(const Case& c, Trial& trial) {
    const Values x = x_of(c);
    const Values y = softmax_of(trial, x);
    for (const float shift : {1024.0f, -4096.0f, 0.5f}) {
        Values shifted = x;
        for (float& value : shifted) value += shift;
        Outcome outcome = in_situation([&] { return fmt::format("after adding {} to every x", shift); },
                                       expect_same("y", softmax_of(trial, shifted), y));
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

// The sum is the same for both, so that only the errors of the two numerators and quotients count.
Outcome order_preserved(const Case& c, Trial& trial) {
    const Values x = x_of(c);
    if (x.size() < 2) return Outcome::discard();
    const Values y = softmax_of(trial, x);
    const ExactSoftmax exact = exact_softmax(x);
    const auto error_of = [&](std::size_t i) {
        return brick::softmax_numerator_error(exact.distances[i], exact.values_above[i]) + brick::gamma(3);
    };
    std::vector<std::size_t> order(x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return x[i]; });
    for (std::size_t k = 1; k < order.size(); ++k) {
        const std::size_t i = order[k - 1];
        const std::size_t j = order[k];
        if (exact.distances[i] > 1e6) continue;  // 0, or caught by the bound
        const double allowed = static_cast<double>(y[j]) * (1.0 + 2.0 * (error_of(i) + error_of(j))) +
                               2.0 * brick::softmax_underflow(y[j]);
        if (!(static_cast<double>(y[i]) <= allowed))
            return Outcome::fail(
                fmt::format("x[{}] = {} is not above x[{}] = {}, but y[{}] = {} is above y[{}] = {}", i, show(x[i]),
                            j, show(x[j]), i, show(y[i]), j, show(y[j])));
    }
    return Outcome::pass();
}

Outcome dominant_entry(const Case& c, Trial& trial) {
    Values x = x_of(c);
    if (x.empty()) return Outcome::discard();
    for (float& value : x)
        if (value != masked) value = std::clamp(value, -10000.0f, 10000.0f);
    for (const std::size_t hot : {std::size_t{0}, x.size() / 2, x.size() - 1}) {
        Values dominated = x;
        dominated[hot] = 10200.0f;
        Values expected(x.size(), 0.0f);
        expected[hot] = 1.0f;
        Outcome outcome = in_situation([&] { return fmt::format("with x[{}] larger than all others by 200", hot); },
                                       expect_same("y", softmax_of(trial, dominated), expected));
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

// Of two runs of the same mathematics; entry i of one is entry place(i) of the other.
Outcome expect_two_bounds(std::string_view situation, std::span<const float> y, std::span<const float> other,
                          std::span<const double> bounds, auto place) {
    Array<float> placed(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) placed[i] = other[place(i)];
    return brickproof::expect_two_bounds(situation, y, placed, bounds);
}

Outcome permutation(const Case& c, Trial& trial, Oracle oracle) {
    const Values x = x_of(c);
    const std::size_t n = x.size();
    if (n < 2) return Outcome::discard();
    const Values y = softmax_of(trial, x);
    const Array<double> bounds = trial.derived(c, oracle)[0].bound;
    Values reversed = x;
    std::ranges::reverse(reversed);
    Values rotated = x;
    std::rotate(rotated.begin(), rotated.begin() + 1, rotated.end());
    return all_of({expect_two_bounds("after reversing x", y, softmax_of(trial, reversed), bounds,
                                     [n](std::size_t i) { return n - 1 - i; }),
                   expect_two_bounds("after rotating x by 1", y, softmax_of(trial, rotated), bounds,
                                     [n](std::size_t i) { return (i + n - 1) % n; })});
}

// Two of three entries masked, and the row without them.
Outcome masked_entries(const Case& c, Trial& trial, Oracle oracle) {
    Values x = x_of(c);
    if (x.size() < 2) return Outcome::discard();
    const std::size_t kept = x.size() % 3 % x.size();
    if (x[kept] == masked) x[kept] = 1.0f;
    for (std::size_t i = 0; i < x.size(); ++i)
        if (i % 3 != kept % 3) x[i] = masked;
    const Values y = softmax_of(trial, x);
    Values rest;
    Values y_of_rest;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] == masked && !(y[i] == 0.0f))
            return Outcome::fail(fmt::format("x[{}] is masked (-inf), but y[{}] is {}", i, i, show(y[i])));
        if (x[i] == masked) continue;
        rest.push_back(x[i]);
        y_of_rest.push_back(y[i]);
    }
    return expect_two_bounds("without the masked entries", y_of_rest, softmax_of(trial, rest),
                             oracle(with_x(rest))[0].bound, [](std::size_t i) { return i; });
}

Outcome expect_probabilities(const Values& x, Trial& trial) {
    const Values y = softmax_of(trial, x);
    for (std::size_t i = 0; i < y.size(); ++i)
        if (!(y[i] >= 0.0f && static_cast<double>(y[i]) <= 1.0 + brick::gamma(8)))
            return Outcome::fail(
                fmt::format("y[{}] is {} for x[{}] = {}: it is not between 0 and 1", i, show(y[i]), i, show(x[i])));
    return Outcome::pass();
}

Outcome no_overflow(const Case& c, Trial& trial) {
    const Values x = x_of(c);
    Values huge = x;
    for (float& value : huge)
        if (value != masked) value = std::copysign(largest_float, value);
    return all_of({expect_probabilities(x, trial), expect_probabilities(huge, trial)});
}

// The second half of the row is the first, backwards.
Outcome equal_values_equal_results(const Case& c, Trial& trial) {
    Values x = x_of(c);
    const std::size_t n = x.size();
    if (n < 2) return Outcome::discard();
    if (x[0] == masked) x[0] = 1.0f;
    for (std::size_t i = 0; i < n / 2; ++i) x[n - 1 - i] = x[i];
    const Values y = softmax_of(trial, x);
    Values backwards = y;
    std::ranges::reverse(backwards);
    return expect_same("y", y, backwards);
}

Outcome all_masked(const Case& c, Trial& trial) {
    const std::size_t n = c.sizes[0];
    if (n == 0) return Outcome::discard();
    const Outcome zeros = expect_same("y", softmax_of(trial, Values(n, masked)), Values(n, 0.0f));
    return zeros.kind == Outcome::Kind::pass ? zeros : Outcome::note("with every entry masked, " + zeros.message);
}

Outcome nonfinite_spreads(const Case& c, Trial& trial) {
    const std::size_t n = c.sizes[0];
    if (n == 0) return Outcome::discard();
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), infinity}) {
        for (const std::size_t place : {std::size_t{0}, n / 3, n - 1}) {
            Values x = x_of(c);
            x[place] = bad;
            const Values y = softmax_of(trial, x);
            const auto number = std::ranges::find_if(y, [](float value) { return !std::isnan(value); });
            if (number != y.end())
                return Outcome::note(
                    fmt::format("x[{}] is {}, but y[{}] is {}", place, bad, number - y.begin(), show(*number)));
        }
    }
    return Outcome::pass();
}

}  // namespace

std::vector<Statement> softmax_statements(const Contract& contract) {
    const auto with_oracle = [oracle = contract.oracle](auto* check) {
        return [oracle, check](const Case& c, Trial& trial) { return check(c, trial, oracle); };
    };
    Statement masks{.name = "masked_entries",
                    .kind = StatementKind::law,
                    .says = "entries of -Inf give exactly 0, and the others what they give without them",
                    .needs = {"finite"},
                    .excluded_by = {"unmasked"},
                    .check = with_oracle(masked_entries)};
    Statement empty{.name = "all_masked",
                    .kind = StatementKind::character,
                    .says = "a row with every entry masked gives zeros (the mathematics defines nothing)",
                    .needs = {"finite"},
                    .excluded_by = {"unmasked"},
                    .check = all_masked,
                    .promised_by_own = true};
    Statement nonfinite{.name = "nonfinite_spreads",
                        .kind = StatementKind::character,
                        .says = "a NaN or +Inf anywhere makes every result a NaN",
                        .needs = {"finite"},
                        .excluded_by = {"finite"},
                        .check = nonfinite_spreads,
                        .promised_by_own = true};
    return {
        {.name = "equal_maxima",
         .kind = StatementKind::exact,
         .says = "k equal entries, and others too small to count, give fl(1/k) and 0",
         .needs = {"finite", "exact"},
         .check = equal_maxima},
        {.name = "equal_entries",
         .kind = StatementKind::exact,
         .says = "n equal entries give fl(1/n), however large they are",
         .needs = {"finite"},
         .check = equal_entries},
        error_within_bound(contract, {"finite"}, {}),
        {.name = "sum_is_one",
         .kind = StatementKind::law,
         .says = "the results add up to 1, within the sum of their bounds",
         .needs = {"finite"},
         .check = with_oracle(sum_is_one)},
        law("shift_invariance", "adding the same to every x, where that is exact, changes no bit",
            {"finite", "shiftable"}, shift_invariance),
        law("order_preserved", "of two entries the larger does not get less, within the error of two terms",
            {"finite"}, order_preserved),
        law("dominant_entry", "an entry 200 above all others gets exactly 1, the others 0", {"finite"},
            dominant_entry),
        {.name = "permutation",
         .kind = StatementKind::law,
         .says = "reversing or rotating x does the same to y, within two bounds",
         .needs = {"finite"},
         .check = with_oracle(permutation)},
        masks,
        law("no_overflow", "finite entries, however large, give numbers between 0 and 1", {"finite"}, no_overflow),
        promised_by_own_kernels(law("equal_values_equal_results",
                                    "within a row, entries of the same value get the same bits", {"finite"},
                                    equal_values_equal_results)),
        empty,
        nonfinite,
        same_bits_as_definition({"finite"}),
    };
}

}  // namespace brickproof
