#include "attention/attention_exact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "attention/attention_cases.hpp"
#include "brick/rounding.hpp"
#include "engine/compare.hpp"

namespace brickproof {
namespace {

// Every q is one-hot, at another place for each head, and every k is +256 or -256 throughout: a score has one term
// that is not 0, so that every kernel computes the same one for equal keys, in whatever order it adds.
constexpr float key_size = 256.0f;

// Makes the keys that `is_top` chooses score at least 512 higher than the others: exp(-512) is 0. (The q is at
// least sqrt(d).)
template <typename IsTop>
void choose_keys(Case& c, const IsTop& is_top) {
    const AttentionShape shape = attention_shape(c);
    const std::span<float> q = c.input<float>(attention_q);
    const float size = std::exp2(std::ceil(std::log2(std::sqrt(static_cast<float>(shape.head_dim)))));
    std::ranges::fill(q, 0.0f);
    for (std::size_t head = 0; head < shape.heads; ++head)
        q[head * shape.head_dim + (7 * head + shape.seq) % shape.head_dim] = size;
    for (std::size_t key = 0; key < shape.seq; ++key)
        for (std::size_t kv_head = 0; kv_head < shape.kv_heads; ++kv_head)
            for (std::size_t i = 0; i < shape.head_dim; ++i)
                c.input<float>(attention_k)[shape.at(key, kv_head, i)] =
                    is_top(key, kv_head) ? key_size : -key_size;
}

// Never 0, and 2^40 between the largest and the smallest: what is left of another key's value shows.
void make_moderate(std::span<float> v) {
    for (std::size_t i = 0; i < v.size(); ++i)
        if (!(std::fabs(v[i]) >= 0x1p-20f && std::fabs(v[i]) <= 0x1p20f))
            v[i] = std::ldexp(static_cast<float>(i % 13) - 6.5f, static_cast<int>(i * 7 % 37) - 20);
}

}  // namespace

Outcome attention_of_one_key(const Case& c, Trial& trial) {
    const Case first = with_keys(c, std::array{std::size_t{0}});
    const AttentionShape shape = attention_shape(first);
    const std::vector<bool> judged = heads_with_scores(first);
    Array<float> out = attention_output(trial, first);
    Array<float> expected;
    for (std::size_t head = 0; head < shape.heads; ++head) {
        for (std::size_t i = 0; i < shape.head_dim; ++i) {
            expected.push_back(first.input<float>(attention_v)[shape.at(0, shape.kv_head(head), i)]);
            if (!judged[head]) out[head * shape.head_dim + i] = expected.back();
        }
    }
    return expect_same("out", out, expected);
}

Outcome attention_of_dominant_key(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    Case chosen = c;
    make_moderate(chosen.input<float>(attention_v));
    for (const std::size_t first : telling_keys(c)) {
        const auto top = [&](std::size_t kv_head) { return (first + kv_head) % shape.seq; };
        choose_keys(chosen, [&](std::size_t key, std::size_t kv_head) { return key == top(kv_head); });
        Array<float> expected;
        for (std::size_t head = 0; head < shape.heads; ++head) {
            const std::size_t kv_head = shape.kv_head(head);
            for (std::size_t i = 0; i < shape.head_dim; ++i)
                expected.push_back(chosen.input<float>(attention_v)[shape.at(top(kv_head), kv_head, i)]);
        }
        Outcome outcome = expect_same(fmt::format("key {} of {} scores highest: out", first, shape.seq),
                                      attention_output(trial, chosen), expected);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

// Integers from 1 to 1024: the half of a sum of two is a float.
Outcome attention_of_two_equal_keys(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    if (shape.seq < 2) return Outcome::discard();
    Case chosen = c;
    const std::span<float> v = chosen.input<float>(attention_v);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>((i * 2654435761u >> 7) % 1024 + 1);
    for (const std::size_t first : telling_keys(c)) {
        const auto one = [&](std::size_t kv_head) { return (first + kv_head) % shape.seq; };
        const auto other = [&](std::size_t kv_head) {
            return (one(kv_head) + 1 + (5 * kv_head + shape.head_dim) % (shape.seq - 1)) % shape.seq;
        };
        choose_keys(chosen, [&](std::size_t key, std::size_t kv_head) {
            return key == one(kv_head) || key == other(kv_head);
        });
        Array<float> expected;
        for (std::size_t head = 0; head < shape.heads; ++head) {
            const std::size_t kv_head = shape.kv_head(head);
            for (std::size_t i = 0; i < shape.head_dim; ++i)
                expected.push_back(
                    (v[shape.at(one(kv_head), kv_head, i)] + v[shape.at(other(kv_head), kv_head, i)]) / 2.0f);
        }
        Outcome outcome =
            expect_same(fmt::format("keys {} and {} of {} score highest: out", one(0), other(0), shape.seq),
                        attention_output(trial, chosen), expected);
        if (outcome.kind != Outcome::Kind::pass) return outcome;
    }
    return Outcome::pass();
}

// The weights are 1 exactly and so is their sum: seq - 1 additions, a product, and a division by seq, or a product
// with its reciprocal.
Outcome attention_of_zero_query(const Case& c, Trial& trial) {
    const AttentionShape shape = attention_shape(c);
    Case flat = c;
    std::ranges::fill(flat.input<float>(attention_q), 0.0f);
    const Array<float> out = attention_output(trial, flat);
    OracleOutput oracle;
    Array<double> got;
    const double seq = static_cast<double>(shape.seq);
    for (std::size_t head = 0; head < shape.heads; ++head) {
        for (std::size_t i = 0; i < shape.head_dim; ++i) {
            const AttentionColumn column = attention_column(c, head, i);
            if (!sums_are_finite(column, shape.seq)) continue;
            got.push_back(static_cast<double>(out[head * shape.head_dim + i]));
            oracle.exact.push_back(column.mean);
            oracle.bound.push_back(brick::gamma(shape.seq + 2) * column.magnitudes / seq +
                                   (seq + 1.0) * brick::half_denorm_min);
        }
    }
    return expect_within("q = 0: the columns' means: out", got, oracle);
}

}  // namespace brickproof
