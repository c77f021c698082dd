#include "attention/attention_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "attention/attention_cases.hpp"
#include "attention/attention_exact.hpp"
#include "brick/rounding.hpp"
#include "engine/array_laws.hpp"
#include "engine/compare.hpp"
#include "engine/statements.hpp"

namespace brickproof {
namespace {

Array<double> bounds_of(const Case& c) {
    return attention_oracle(c)[0].bound;
}

// Two correct results for one exact value.
Outcome expect_near(const Case& c, std::string_view situation, std::span<const float> got,
                    std::span<const float> before, std::span<const double> bound,
                    std::span<const double> other_bound) {
    const std::size_t head_dim = c.sizes[3];
    double largest_share = 0.0;
    WrongElements wrong{"out", got.size(), {}};
    const auto allowed = [&](std::size_t i) { return bound[i] + other_bound[i]; };
    for (std::size_t i = 0; i < got.size(); ++i) {
        if (!std::isfinite(allowed(i))) continue;
        const double difference = std::fabs(static_cast<double>(got[i]) - static_cast<double>(before[i]));
        if (!(difference <= allowed(i))) wrong.add(i);
        if (allowed(i) > 0.0) largest_share = std::max(largest_share, difference / allowed(i));
    }
    if (wrong.runs.empty()) return Outcome::pass(largest_share);
    const std::size_t i = wrong.runs.front().first;
    const std::string where = fmt::format("head {}, column {}", i / head_dim, i % head_dim);
    return Outcome::fail(
        fmt::format("{}: {}", situation, too_far_apart(where, before[i], got[i], allowed(i) / 2.0)),
        std::move(wrong));
}

// Weights are not negative and have the sum 1, up to the roundings of the two sums (which the bound counts).
Outcome hull(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    const std::vector<bool> judged = heads_with_scores(c);
    const Array<float> out = attention_output(trial, c);
    const double rounding = brick::gamma(2 * shape.seq + 1) + brick::gamma(2 * shape.seq);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const AttentionColumn column = attention_column(c, i / shape.head_dim, i % shape.head_dim);
        if (!judged[i / shape.head_dim] || !sums_are_finite(column, shape.seq)) continue;
        const double slack = 2.0 * rounding * column.largest() + static_cast<double>(shape.seq + 2) * 4.0 *
                                                                     brick::half_denorm_min *
                                                                     (1.0 + column.magnitudes);
        const double value = static_cast<double>(out[i]);
        if (!(value >= column.lowest - slack && value <= column.highest + slack))
            return Outcome::fail(fmt::format("head {}, column {} is {}, but v is {} to {} there (rounding: {:.4g})",
                                             i / shape.head_dim, i % shape.head_dim, show(out[i]), column.lowest,
                                             column.highest, slack));
    }
    return Outcome::pass();
}

Outcome keys_permute(const Case& c, Trial& trial) {
    const std::size_t seq = c.sizes[0];
    std::vector<std::size_t> keys(seq);
    for (std::size_t key = 0; key < seq; ++key) keys[key] = seq - 1 - key;
    const Case reversed = with_keys(c, keys);
    const Array<double> bound = trial.derived(c, bounds_of);
    return expect_near(c, "after reversing the keys", attention_output(trial, reversed), attention_output(trial, c),
                       bound, bound);
}

Outcome keys_doubled(const Case& c, Trial& trial) {
    const std::size_t seq = c.sizes[0];
    std::vector<std::size_t> keys(2 * seq);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = i % seq;
    const Case doubled = with_keys(c, keys);
    return expect_near(c, "with every key twice", attention_output(trial, doubled), attention_output(trial, c),
                       bounds_of(doubled), trial.derived(c, bounds_of));
}

// The kv heads written out, one for each head.
Case with_heads_expanded(const Case& c) {
    const AttentionShape grouped = attention_shape(c);
    AttentionShape expanded = grouped;
    expanded.kv_heads = grouped.heads;
    Case other = with_attention_shape(c, expanded);
    std::ranges::copy(c.input<float>(attention_q), other.input<float>(attention_q).begin());
    for (const std::size_t operand : {attention_k, attention_v})
        for (std::size_t key = 0; key < grouped.seq; ++key)
            for (std::size_t head = 0; head < grouped.heads; ++head)
                std::ranges::copy(
                    c.input<float>(operand).subspan(grouped.at(key, grouped.kv_head(head), 0), grouped.head_dim),
                    other.input<float>(operand).subspan(expanded.at(key, head, 0)).begin());
    return other;
}

Outcome grouped_is_expanded(const Case& c, Trial& trial) {
    if (attention_shape(c).group() == 1) return Outcome::discard();
    const Array<double> bound = trial.derived(c, bounds_of);
    return expect_near(c, "with a kv head for every head", attention_output(trial, with_heads_expanded(c)),
                       attention_output(trial, c), bound, bound);
}

Outcome grouped_same_bits(const Case& c, Trial& trial) {
    if (attention_shape(c).group() == 1) return Outcome::discard();
    const Outcome same =
        expect_same("out", attention_output(trial, with_heads_expanded(c)), attention_output(trial, c));
    if (same.kind == Outcome::Kind::pass) return same;
    return Outcome::note("heads of a group are summed in another order than heads alone: " + same.message);
}

// Zeros add nothing to q.k, twice q and four times the head_dim cancel.
Outcome padded_heads(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    AttentionShape padded = shape;
    padded.head_dim = 4 * shape.head_dim;
    Case other = with_attention_shape(c, padded);
    const auto copy_rows = [&](std::size_t operand, float factor) {
        const std::span<const float> from = c.input<float>(operand);
        for (std::size_t i = 0; i < from.size(); ++i)
            other.input<float>(operand)[i / shape.head_dim * padded.head_dim + i % shape.head_dim] =
                factor * from[i];
    };
    copy_rows(attention_q, 2.0f);
    copy_rows(attention_k, 1.0f);
    copy_rows(attention_v, 1.0f);
    const std::span<const float> q = std::as_const(other).input<float>(attention_q);
    if (!std::ranges::all_of(q, [](float x) { return std::isfinite(x); })) return Outcome::discard();
    const Array<float> out = attention_output(trial, other);
    const Array<double> bound = bounds_of(other);
    Array<float> cut;
    Array<double> cut_bound;
    for (std::size_t i = 0; i < shape.heads * shape.head_dim; ++i) {
        const std::size_t from = i / shape.head_dim * padded.head_dim + i % shape.head_dim;
        cut.push_back(out[from]);
        cut_bound.push_back(bound[from]);
    }
    return expect_near(c, "with head_dim four times as large, zeros in the new columns, and 2q", cut,
                       attention_output(trial, c), cut_bound, trial.derived(c, bounds_of));
}

// The heads that `keep` chooses are what they were.
template <typename Keep>
Outcome expect_heads_kept(std::string_view situation, const AttentionShape& shape, std::span<const float> got,
                          std::span<const float> before, const Keep& keep) {
    for (std::size_t i = 0; i < got.size(); ++i)
        if (keep(i / shape.head_dim) && !same_value(got[i], before[i]))
            return Outcome::fail(fmt::format("{}, head {}, column {} is {}, expected {} as before", situation,
                                             i / shape.head_dim, i % shape.head_dim, show(got[i]),
                                             show(before[i])));
    return Outcome::pass();
}

Outcome heads_independent(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    if (shape.heads < 2) return Outcome::discard();
    const Array<float> before = attention_output(trial, c);
    Outcome all = Outcome::pass();
    for (const std::size_t parity : {1u, 0u}) {
        Case other_q = c;
        for (std::size_t i = 0; i < before.size(); ++i)
            if (i / shape.head_dim % 2 == parity)
                other_q.input<float>(attention_q)[i] = 0.25f * static_cast<float>(i % 11) - 1.0f;
        all = all_of(
            {all, expect_heads_kept(fmt::format("after replacing q of every {} head", parity ? "odd" : "even"),
                                    shape, attention_output(trial, other_q), before,
                                    [&](std::size_t head) { return head % 2 != parity; })});
        Case other_kv = c;
        for (const std::size_t operand : {attention_k, attention_v})
            for (std::size_t i = 0; i < shape.cache_values(); ++i)
                if (i / shape.head_dim % shape.kv_heads % 2 == parity)
                    other_kv.input<float>(operand)[i] = 0.5f * static_cast<float>(i % 7) - 1.25f;
        all = all_of({all, expect_heads_kept(
                               fmt::format("after replacing k and v of every {} kv head", parity ? "odd" : "even"),
                               shape, attention_output(trial, other_kv), before,
                               [&](std::size_t head) { return shape.kv_head(head) % 2 != parity; })});
    }
    return all;
}

// Puts a NaN into one value; the outputs that `reached` chooses are NaN, the others what they were.
template <typename Reached>
Outcome expect_nan_reaches(const Case& c, Trial& trial, std::size_t operand, std::size_t index,
                           std::span<const float> before, const Reached& reached) {
    const AttentionShape shape = attention_shape(c);
    Case with_nan = c;
    with_nan.input<float>(operand)[index] = std::numeric_limits<float>::quiet_NaN();
    const Array<float> got = attention_output(trial, with_nan);
    for (std::size_t i = 0; i < got.size(); ++i) {
        const std::size_t head = i / shape.head_dim, column = i % shape.head_dim;
        if (reached(head, column) ? std::isnan(got[i]) : same_value(got[i], before[i])) continue;
        return Outcome::fail(fmt::format("{}[{}] is NaN, and head {}, column {} is {}, expected {}",
                                         c.operands[operand].name, index, head, column, show(got[i]),
                                         reached(head, column) ? "NaN" : show(before[i]) + " as before"));
    }
    return Outcome::pass();
}

// With q = 0 every key has weight; no score is NaN but those of the NaN.
Outcome nan_stays_nan(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    Case flat = c;
    std::ranges::fill(flat.input<float>(attention_q), 0.0f);
    const Array<float> before = attention_output(trial, flat);
    Outcome all = Outcome::pass();
    std::size_t turn = shape.seq + shape.head_dim;
    for (const std::size_t key : telling_keys(c)) {
        const std::size_t kv_head = turn % shape.kv_heads, column = 3 * turn++ % shape.head_dim;
        const std::size_t index = shape.at(key, kv_head, column);
        const auto of_group = [&](std::size_t head, std::size_t) { return shape.kv_head(head) == kv_head; };
        all = all_of(
            {all, expect_nan_reaches(flat, trial, attention_k, index, before, of_group),
             expect_nan_reaches(flat, trial, attention_v, index, before, [&](std::size_t head, std::size_t i) {
                 return shape.kv_head(head) == kv_head && i == column;
             })});
    }
    const std::size_t of_q = (shape.seq + 1) % shape.heads;
    return all_of(
        {all, expect_nan_reaches(flat, trial, attention_q, of_q * shape.head_dim + shape.seq % shape.head_dim,
                                 before, [&](std::size_t head, std::size_t) { return head == of_q; })});
}

Statement statement(StatementKind kind, std::string_view name, std::string_view says,
                    Outcome (*check)(const Case&, Trial&)) {
    return {.name = name, .kind = kind, .says = says, .needs = {"finite"}, .check = check};
}

}  // namespace

std::vector<Statement> attention_statements(const Contract& contract) {
    using Kind = StatementKind;
    Statement nan = statement(Kind::law, "nan_stays_nan",
                              "a NaN in q or k makes its heads NaN, one in v its column, and nothing else changes",
                              nan_stays_nan);
    nan.excluded_by = {"finite"};
    return {
        statement(Kind::exact, "one_key", "a single key returns its value exactly", attention_of_one_key),
        statement(Kind::exact, "dominant_key",
                  "a key that scores 500 higher than the others returns its value exactly",
                  attention_of_dominant_key),
        statement(Kind::exact, "two_equal_keys",
                  "two equal keys that score 500 higher than the others return the mean of their values, exactly",
                  attention_of_two_equal_keys),
        error_within_bound(contract, {"finite"}, {}),
        statement(Kind::bound, "mean_of_values", "q = 0 returns the mean of v, up to the rounding of one sum",
                  attention_of_zero_query),
        statement(Kind::law, "hull", "no output is beyond the values of its column, but for rounding", hull),
        statement(Kind::law, "keys_permute", "reversing the keys moves a result by two bounds at most",
                  keys_permute),
        statement(Kind::law, "keys_doubled", "taking every key twice changes nothing, within the bounds",
                  keys_doubled),
        statement(Kind::law, "grouped_is_expanded",
                  "heads that share a kv head are as heads with copies of it, within two bounds",
                  grouped_is_expanded),
        statement(Kind::law, "padded_heads",
                  "zeros up to four times the head_dim, and twice q, change nothing, within the bounds",
                  padded_heads),
        statement(Kind::law, "heads_independent",
                  "a head's result depends on its q and its kv head's k and v alone, to the bit",
                  heads_independent),
        nan,
        statement(Kind::character, "grouped_same_bits",
                  "heads that share a kv head give the bits of heads with copies", grouped_same_bits),
        same_bits_as_definition({"finite"}),
    };
}

}  // namespace brickproof
