#include "attention/attention_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "attention/attention_oracle.hpp"
#include "brick/rounding.hpp"
#include "engine/array_laws.hpp"
#include "engine/compare.hpp"
#include "engine/statements.hpp"

namespace brickproof {
namespace {

using Values = std::vector<float>;
constexpr std::size_t q_operand = 0, k_operand = 1, v_operand = 2;
constexpr double largest_float = static_cast<double>(std::numeric_limits<float>::max());

Values out_of(Trial& trial, const Case& c) {
    const Outputs outputs = trial.run(c);
    const std::span<const float> out = outputs.as<float>(0);
    return {out.begin(), out.end()};
}

std::vector<double> bounds_of(const Case& c) {
    return attention_oracle(c)[0].bound;
}

// The same call with other sizes; inputs are zeros.
Case reshaped(const Case& c, const AttentionShape& shape) {
    Case other = c;
    other.sizes = {shape.seq, shape.heads, shape.kv_heads, shape.head_dim};
    const std::size_t of_heads = shape.heads * shape.head_dim;
    const std::size_t counts[] = {of_heads, shape.cache_values(), shape.cache_values(), of_heads};
    for (std::size_t i = 0; i < std::size(counts); ++i) {
        other.operands[i].count = counts[i];
        if (other.operands[i].access == Access::input)
            other.operands[i].contents.assign(other.operands[i].bytes(), {});
    }
    return other;
}

// A call whose k and v are those of c at the key that key_of gives for each key.
template <typename KeyOf>
Case with_keys(const Case& c, std::size_t seq, const KeyOf& key_of) {
    AttentionShape shape = attention_shape(c);
    const std::size_t width = shape.kv_heads * shape.head_dim;
    shape.seq = seq;
    Case other = reshaped(c, shape);
    std::ranges::copy(c.input<float>(q_operand), other.input<float>(q_operand).begin());
    for (const std::size_t operand : {k_operand, v_operand})
        for (std::size_t key = 0; key < seq; ++key)
            std::ranges::copy(c.input<float>(operand).subspan(key_of(key) * width, width),
                              other.input<float>(operand).subspan(key * width).begin());
    return other;
}

// Two correct results for one exact value.
Outcome expect_near(const Case& c, std::string_view situation, std::span<const float> got,
                    std::span<const float> before, std::span<const double> bound,
                    std::span<const double> other_bound) {
    const std::size_t head_dim = c.sizes[3];
    double largest_share = 0.0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double allowed = bound[i] + other_bound[i];
        if (!std::isfinite(allowed)) continue;
        const double difference = std::fabs(static_cast<double>(got[i]) - static_cast<double>(before[i]));
        if (!(difference <= allowed))
            return Outcome::fail(fmt::format(
                "{}: head {}, column {} is {} and was {}: {:.4g} apart, where correct "
                "results are at most {:.4g} apart",
                situation, i / head_dim, i % head_dim, show(got[i]), show(before[i]), difference, allowed));
        if (allowed > 0.0) largest_share = std::max(largest_share, difference / allowed);
    }
    return Outcome::pass(largest_share);
}

// --- exact ---

// Where a head's scores may overflow, its result is not judged.
std::vector<bool> heads_with_scores(const Case& c) {
    std::vector<bool> have;
    for (std::size_t head = 0; head < c.sizes[1]; ++head)
        have.push_back(std::ranges::all_of(exact_attention_scores(c, head), [](const brick::AttentionScore& key) {
            return std::isfinite(key.error);
        }));
    return have;
}

Outcome one_key(const Case& c, Trial& trial) {
    const Case first = with_keys(c, 1, [](std::size_t) { return std::size_t{0}; });
    const AttentionShape shape = attention_shape(first);
    const std::vector<bool> judged = heads_with_scores(first);
    Values out = out_of(trial, first);
    Values expected;
    for (std::size_t head = 0; head < shape.heads; ++head) {
        for (std::size_t i = 0; i < shape.head_dim; ++i) {
            expected.push_back(first.input<float>(v_operand)[shape.at(0, shape.kv_head(head), i)]);
            if (!judged[head]) out[head * shape.head_dim + i] = expected.back();
        }
    }
    return expect_same("out", out, expected);
}

// Every q is one-hot, at another place for each head, and every k is +256 or -256 throughout: a score has one term
// that is not 0, so that every kernel computes the same one for equal keys, in whatever order it adds.
constexpr float key_size = 256.0f;

// Makes the keys that `is_top` chooses score at least 512 higher than the others: exp(-512) is 0. (The q is at
// least sqrt(d).)
template <typename IsTop>
void choose_keys(Case& c, const IsTop& is_top) {
    const AttentionShape shape = attention_shape(c);
    const std::span<float> q = c.input<float>(q_operand);
    const float size = std::exp2(std::ceil(std::log2(std::sqrt(static_cast<float>(shape.head_dim)))));
    std::ranges::fill(q, 0.0f);
    for (std::size_t head = 0; head < shape.heads; ++head)
        q[head * shape.head_dim + (7 * head + shape.seq) % shape.head_dim] = size;
    for (std::size_t key = 0; key < shape.seq; ++key)
        for (std::size_t kv_head = 0; kv_head < shape.kv_heads; ++kv_head)
            for (std::size_t i = 0; i < shape.head_dim; ++i)
                c.input<float>(k_operand)[shape.at(key, kv_head, i)] = is_top(key, kv_head) ? key_size : -key_size;
}

// The ends, the edges of tiles, and one that depends on the case.
std::vector<std::size_t> telling_keys(const Case& c) {
    const std::size_t seq = c.sizes[0];
    std::vector<std::size_t> keys = {seq - 1, 0, (c.sizes[1] * 37 + c.sizes[3] * 11) % seq};
    if (seq > 64) keys.push_back(seq / 64 * 64 - 1);
    if (seq % 8 != 0 && seq > 8) keys.push_back(seq / 8 * 8);
    return keys;
}

// Never 0, and 2^40 between the largest and the smallest: what is left of another key's value shows.
void make_moderate(std::span<float> v) {
    for (std::size_t i = 0; i < v.size(); ++i)
        if (!(std::fabs(v[i]) >= 0x1p-20f && std::fabs(v[i]) <= 0x1p20f))
            v[i] = std::ldexp(static_cast<float>(i % 13) - 6.5f, static_cast<int>(i * 7 % 37) - 20);
}

Outcome dominant_key(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    Case chosen = c;
    make_moderate(chosen.input<float>(v_operand));
    for (const std::size_t first : telling_keys(c)) {
        const auto top = [&](std::size_t kv_head) { return (first + kv_head) % shape.seq; };
        choose_keys(chosen, [&](std::size_t key, std::size_t kv_head) { return key == top(kv_head); });
        Values expected;
        for (std::size_t head = 0; head < shape.heads; ++head) {
            const std::size_t kv_head = shape.kv_head(head);
            for (std::size_t i = 0; i < shape.head_dim; ++i)
                expected.push_back(chosen.input<float>(v_operand)[shape.at(top(kv_head), kv_head, i)]);
        }
        Outcome outcome = expect_same(fmt::format("key {} of {} scores highest: out", first, shape.seq),
                                      out_of(trial, chosen), expected);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

// Integers from 1 to 1024: the half of a sum of two is a float.
Outcome two_equal_keys(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    if (shape.seq < 2) return Outcome::discard();
    Case chosen = c;
    const std::span<float> v = chosen.input<float>(v_operand);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>((i * 2654435761u >> 7) % 1024 + 1);
    for (const std::size_t first : telling_keys(c)) {
        const auto one = [&](std::size_t kv_head) { return (first + kv_head) % shape.seq; };
        const auto other = [&](std::size_t kv_head) {
            return (one(kv_head) + 1 + (5 * kv_head + shape.head_dim) % (shape.seq - 1)) % shape.seq;
        };
        choose_keys(chosen, [&](std::size_t key, std::size_t kv_head) {
            return key == one(kv_head) || key == other(kv_head);
        });
        Values expected;
        for (std::size_t head = 0; head < shape.heads; ++head) {
            const std::size_t kv_head = shape.kv_head(head);
            for (std::size_t i = 0; i < shape.head_dim; ++i)
                expected.push_back(
                    (v[shape.at(one(kv_head), kv_head, i)] + v[shape.at(other(kv_head), kv_head, i)]) / 2.0f);
        }
        Outcome outcome =
            expect_same(fmt::format("keys {} and {} of {} score highest: out", one(0), other(0), shape.seq),
                        out_of(trial, chosen), expected);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

// --- bounds ---

// Of one head and column.
struct Column {
    double mean = 0.0;
    double magnitudes = 0.0;
    double lowest = std::numeric_limits<double>::infinity();
    double highest = -std::numeric_limits<double>::infinity();

    double largest() const { return std::max(std::fabs(lowest), std::fabs(highest)); }
};

Column column_of(const Case& c, std::size_t head, std::size_t i) {
    const AttentionShape shape = attention_shape(c);
    Column column;
    double sum = 0.0;
    for (std::size_t key = 0; key < shape.seq; ++key) {
        const double v = static_cast<double>(c.input<float>(v_operand)[shape.at(key, shape.kv_head(head), i)]);
        sum += v;
        column.magnitudes += std::fabs(v);
        column.lowest = std::min(column.lowest, v);
        column.highest = std::max(column.highest, v);
    }
    column.mean = sum / static_cast<double>(shape.seq);
    return column;
}

// Of a column of seq values: no kernel's sum overflows.
bool sums_are_finite(const Column& column, std::size_t seq) {
    return column.magnitudes * (1.0 + brick::gamma(2 * seq)) <= largest_float;
}

// The weights are 1 exactly and so is their sum: seq - 1 additions, a product, and a division by seq, or a product
// with its reciprocal.
Outcome mean_of_values(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    Case flat = c;
    std::ranges::fill(flat.input<float>(q_operand), 0.0f);
    const Values out = out_of(trial, flat);
    OracleOutput oracle;
    std::vector<double> got;
    const double seq = static_cast<double>(shape.seq);
    for (std::size_t head = 0; head < shape.heads; ++head) {
        for (std::size_t i = 0; i < shape.head_dim; ++i) {
            const Column column = column_of(c, head, i);
            if (!sums_are_finite(column, shape.seq)) continue;
            got.push_back(static_cast<double>(out[head * shape.head_dim + i]));
            oracle.exact.push_back(column.mean);
            oracle.bound.push_back(brick::gamma(shape.seq + 2) * column.magnitudes / seq +
                                   (seq + 1.0) * brick::half_denorm_min);
        }
    }
    return expect_within("q = 0: the columns' means: out", got, oracle);
}

// --- laws ---

// Weights are not negative and have the sum 1, up to the roundings of the two sums (which the bound counts).
Outcome hull(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    const std::vector<bool> judged = heads_with_scores(c);
    const Values out = out_of(trial, c);
    const double rounding = brick::gamma(2 * shape.seq + 1) + brick::gamma(2 * shape.seq);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const Column column = column_of(c, i / shape.head_dim, i % shape.head_dim);
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
    const Case reversed = with_keys(c, seq, [&](std::size_t key) { return seq - 1 - key; });
    const std::vector<double> bound = bounds_of(c);
    return expect_near(c, "after reversing the keys", out_of(trial, reversed), out_of(trial, c), bound, bound);
}

Outcome keys_doubled(const Case& c, Trial& trial) {
    const std::size_t seq = c.sizes[0];
    const Case doubled = with_keys(c, 2 * seq, [&](std::size_t key) { return key % seq; });
    return expect_near(c, "with every key twice", out_of(trial, doubled), out_of(trial, c), bounds_of(doubled),
                       bounds_of(c));
}

// The kv heads written out, one for each head.
Case with_heads_expanded(const Case& c) {
    const AttentionShape grouped = attention_shape(c);
    AttentionShape expanded = grouped;
    expanded.kv_heads = grouped.heads;
    Case other = reshaped(c, expanded);
    std::ranges::copy(c.input<float>(q_operand), other.input<float>(q_operand).begin());
    for (const std::size_t operand : {k_operand, v_operand})
        for (std::size_t key = 0; key < grouped.seq; ++key)
            for (std::size_t head = 0; head < grouped.heads; ++head)
                std::ranges::copy(
                    c.input<float>(operand).subspan(grouped.at(key, grouped.kv_head(head), 0), grouped.head_dim),
                    other.input<float>(operand).subspan(expanded.at(key, head, 0)).begin());
    return other;
}

Outcome grouped_is_expanded(const Case& c, Trial& trial) {
    if (attention_shape(c).group() == 1) return Outcome::discard();
    const std::vector<double> bound = bounds_of(c);
    return expect_near(c, "with a kv head for every head", out_of(trial, with_heads_expanded(c)), out_of(trial, c),
                       bound, bound);
}

Outcome grouped_same_bits(const Case& c, Trial& trial) {
    if (attention_shape(c).group() == 1) return Outcome::discard();
    const Outcome same = expect_same("out", out_of(trial, with_heads_expanded(c)), out_of(trial, c));
    if (same.kind == Outcome::Kind::pass) return same;
    return Outcome::note("heads of a group are summed in another order than heads alone: " + same.message);
}

// Zeros add nothing to q.k, twice q and four times the head_dim cancel.
Outcome padded_heads(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    AttentionShape padded = shape;
    padded.head_dim = 4 * shape.head_dim;
    Case other = reshaped(c, padded);
    const auto copy_rows = [&](std::size_t operand, float factor) {
        const std::span<const float> from = c.input<float>(operand);
        for (std::size_t i = 0; i < from.size(); ++i)
            other.input<float>(operand)[i / shape.head_dim * padded.head_dim + i % shape.head_dim] =
                factor * from[i];
    };
    copy_rows(q_operand, 2.0f);
    copy_rows(k_operand, 1.0f);
    copy_rows(v_operand, 1.0f);
    const std::span<const float> q = std::as_const(other).input<float>(q_operand);
    if (!std::ranges::all_of(q, [](float x) { return std::isfinite(x); })) return Outcome::discard();
    const Values out = out_of(trial, other);
    const std::vector<double> bound = bounds_of(other);
    Values cut;
    std::vector<double> cut_bound;
    for (std::size_t i = 0; i < shape.heads * shape.head_dim; ++i) {
        const std::size_t from = i / shape.head_dim * padded.head_dim + i % shape.head_dim;
        cut.push_back(out[from]);
        cut_bound.push_back(bound[from]);
    }
    return expect_near(c, "with head_dim four times as large, zeros in the new columns, and 2q", cut,
                       out_of(trial, c), cut_bound, bounds_of(c));
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
    const Values before = out_of(trial, c);
    Outcome all = Outcome::pass();
    for (const std::size_t parity : {1u, 0u}) {
        Case other_q = c;
        for (std::size_t i = 0; i < before.size(); ++i)
            if (i / shape.head_dim % 2 == parity)
                other_q.input<float>(q_operand)[i] = 0.25f * static_cast<float>(i % 11) - 1.0f;
        all = all_of(
            {all, expect_heads_kept(fmt::format("after replacing q of every {} head", parity ? "odd" : "even"),
                                    shape, out_of(trial, other_q), before,
                                    [&](std::size_t head) { return head % 2 != parity; })});
        Case other_kv = c;
        for (const std::size_t operand : {k_operand, v_operand})
            for (std::size_t i = 0; i < shape.cache_values(); ++i)
                if (i / shape.head_dim % shape.kv_heads % 2 == parity)
                    other_kv.input<float>(operand)[i] = 0.5f * static_cast<float>(i % 7) - 1.25f;
        all = all_of({all, expect_heads_kept(
                               fmt::format("after replacing k and v of every {} kv head", parity ? "odd" : "even"),
                               shape, out_of(trial, other_kv), before,
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
    const Values got = out_of(trial, with_nan);
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
    std::ranges::fill(flat.input<float>(q_operand), 0.0f);
    const Values before = out_of(trial, flat);
    Outcome all = Outcome::pass();
    std::size_t turn = shape.seq + shape.head_dim;
    for (const std::size_t key : telling_keys(c)) {
        const std::size_t kv_head = turn % shape.kv_heads, column = 3 * turn++ % shape.head_dim;
        const std::size_t index = shape.at(key, kv_head, column);
        const auto of_group = [&](std::size_t head, std::size_t) { return shape.kv_head(head) == kv_head; };
        all =
            all_of({all, expect_nan_reaches(flat, trial, k_operand, index, before, of_group),
                    expect_nan_reaches(flat, trial, v_operand, index, before, [&](std::size_t head, std::size_t i) {
                        return shape.kv_head(head) == kv_head && i == column;
                    })});
    }
    const std::size_t of_q = (shape.seq + 1) % shape.heads;
    return all_of(
        {all, expect_nan_reaches(flat, trial, q_operand, of_q * shape.head_dim + shape.seq % shape.head_dim, before,
                                 [&](std::size_t head, std::size_t) { return head == of_q; })});
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
        statement(Kind::exact, "one_key", "a single key returns its value exactly", one_key),
        statement(Kind::exact, "dominant_key",
                  "a key that scores 500 higher than the others returns its value exactly", dominant_key),
        statement(Kind::exact, "two_equal_keys",
                  "two equal keys that score 500 higher than the others return the mean of their values, exactly",
                  two_equal_keys),
        error_within_bound(contract, {"finite"}, {}),
        statement(Kind::bound, "mean_of_values", "q = 0 returns the mean of v, up to the rounding of one sum",
                  mean_of_values),
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
