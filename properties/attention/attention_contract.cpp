// The contract of attention: domain, call, oracle, statements.
#include <algorithm>
#include <cmath>
#include <utility>

#include "attention/attention_laws.hpp"
#include "attention/attention_oracle.hpp"
#include "engine/fills.hpp"
#include "engine/sizes.hpp"

namespace brickproof {
namespace {

// Of k, and as many of v; heads * seq * head_dim is at most four times that.
constexpr std::size_t most_values = 8192;
// The same of a call with a size that the bytes state, and the largest size that they can.
constexpr std::size_t most_stated = std::size_t{1} << 18;

// Tails of vectors and of tiles of 8 to 512 keys; a few beyond 4,096.
constexpr std::size_t key_counts[] = {
    1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11,  12,  13,  14,  15,  16,  17,  18,   20,   23,   24,
    25,  31,  32,  33,  40,  47,  48,  49,  63,  64,  65,  66,  71,  72,  73,  95,  96,  97,   100,  127,  128,
    129, 130, 191, 192, 193, 200, 255, 256, 257, 320, 383, 384, 448, 511, 512, 513, 520, 1023, 1025, 4097, 4160};
constexpr std::size_t head_dims[] = {1,  2,  3,  4,  5,   6,   7,   8,   9,   10,  12, 13, 15,
                                     16, 17, 20, 23, 24,  31,  32,  33,  36,  40,  48, 63, 64,
                                     65, 72, 80, 96, 100, 112, 128, 130, 160, 192, 256};
constexpr std::size_t kv_head_counts[] = {1, 2, 3, 4, 5, 8, 16, 33, 65};
constexpr std::size_t group_sizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 24, 65, 130};

struct Inputs {
    std::span<float> q;
    std::span<float> k;
    std::span<float> v;
};

Inputs add_operands(Case& c, const AttentionShape& shape) {
    c.sizes = {shape.seq, shape.heads, shape.kv_heads, shape.head_dim};
    c.operands.reserve(4);
    const auto q = add_input<float>(c, "q", f32, shape.heads * shape.head_dim);
    const auto k = add_input<float>(c, "k", f32, shape.cache_values());
    const auto v = add_input<float>(c, "v", f32, shape.cache_values());
    add_output(c, "out", f32, shape.heads * shape.head_dim);
    return {q, k, v};
}

AttentionShape pick_shape(ChoiceReader& choices) {
    PickedSize seq = choices.pick({.name = "seq", .table = key_counts, .most = most_stated});
    PickedSize head_dim = choices.pick({.name = "head_dim", .table = head_dims, .most = most_stated});
    const PickedSize kv_heads = choices.pick({.name = "kv_heads", .table = kv_head_counts, .most = most_stated});
    const std::size_t group = group_sizes[choices.pick(std::size(group_sizes))];
    const std::size_t most = seq.stated || head_dim.stated || kv_heads.stated ? most_stated : most_values;
    const std::size_t of_a_head = kv_heads.stated ? room_beside(kv_heads.value, most) : most;
    if (seq.value * head_dim.value > of_a_head) {
        if (head_dim.stated)
            seq.value = room_beside(head_dim.value, of_a_head);
        else
            head_dim.value = room_beside(seq.value, of_a_head);
    }
    if (!seq.stated) seq.value = std::min(seq.value, of_a_head);
    const std::size_t room = room_beside(seq.value * head_dim.value, most);
    AttentionShape shape{};
    shape.seq = seq.value;
    shape.head_dim = head_dim.value;
    shape.kv_heads = std::min(kv_heads.value, room);
    shape.heads = shape.kv_heads * std::min(group, room_beside(shape.kv_heads, 4 * room));
    return shape;
}

// Scales q by a power of two, so that the largest sum of |q_i k_i| / sqrt(d) of all heads and keys is about
// 2^exponent. Scores of any size but a few make softmax either flat or a choice of one key.
void scale_scores(Case& c, int exponent) {
    double largest = 0.0;
    const AttentionShape shape = attention_shape(c);
    const std::span<float> q = c.input<float>(0);
    const std::span<const float> k = std::as_const(c).input<float>(1);
    for (std::size_t head = 0; head < shape.heads; ++head) {
        for (std::size_t key = 0; key < shape.seq; ++key) {
            double sum = 0.0;
            for (std::size_t i = 0; i < shape.head_dim; ++i)
                sum += std::fabs(static_cast<double>(q[head * shape.head_dim + i]) *
                                 static_cast<double>(k[shape.at(key, shape.kv_head(head), i)]));
            largest = std::max(largest, std::isfinite(sum) ? sum : 0.0);
        }
    }
    if (largest == 0.0) return;
    const int shift = exponent - std::ilogb(largest / std::sqrt(static_cast<double>(shape.head_dim)));
    for (float& value : q) {
        const float scaled = std::ldexp(value, shift);
        if (std::isfinite(scaled) || !std::isfinite(value)) value = scaled;
    }
}

void decode(ChoiceReader& choices, const Preconditions& holding, Case& c) {
    const Inputs inputs = add_operands(c, pick_shape(choices));
    constexpr int exponents[] = {0, 2, 3, 4, 5, 6, 7, 10};
    const std::size_t scores = choices.pick(std::size(exponents) + 2);
    fill_floats(choices, holding, inputs.v);
    fill_floats(choices, holding, inputs.q);
    fill_floats(choices, holding, inputs.k);
    if (scores < std::size(exponents)) scale_scores(c, exponents[scores]);
}

// Takes any sizes: heads becomes a multiple of kv_heads. Scores are near normal.
void typical(std::span<const std::size_t> sizes, std::uint64_t seed, Case& c) {
    const std::size_t kv_heads = std::min(sizes[1], sizes[2]);
    const std::size_t heads = kv_heads == 0 ? 0 : sizes[1] / kv_heads * kv_heads;
    const Inputs inputs = add_operands(c, {sizes[0], heads, kv_heads, sizes[3]});
    fill_typical_floats(seed, inputs.q);
    fill_typical_floats(seed + 1, inputs.k);
    fill_typical_floats(seed + 2, inputs.v);
    for (float& value : inputs.q) value *= 50.0f;  // deviation 1
    for (float& value : inputs.k) value *= 50.0f;
}

void invoke(KernelFunction fn, std::span<const std::size_t> sizes, std::span<void* const> operands) {
    const auto attention = reinterpret_cast<brickproof_attention_fn*>(fn);
    attention(static_cast<const float*>(operands[0]), static_cast<const float*>(operands[1]),
              static_cast<const float*>(operands[2]), static_cast<float*>(operands[3]), sizes[0], sizes[1],
              sizes[2], sizes[3]);
}

Contract make_contract() {
    Contract contract{
        .op = "attention",
        .version = 1,
        .encoding = 3,  // 2: no size could be stated, heads ended at 128; 1: head_dim ended at 160
        .summary = "Attention of one query token over the keys and values of a cache, with grouped heads (GQA).",
        .signature =
            "void attention(const float *q, const float *k, const float *v, float *out, size_t seq, size_t "
            "heads, size_t kv_heads, size_t head_dim)",
        .formula =
            "out_h = sum over t of p_t v_t, p = softmax over t of q_h.k_t / sqrt(head_dim); k_t, v_t of kv head "
            "h / (heads / kv_heads); k, v are [seq][kv_heads][head_dim]",
        .references = {"Vaswani et al., Attention Is All You Need (2017), 3.2.1",
                       "Ainslie et al., GQA: Training Generalized Multi-Query Transformer Models (2023)",
                       "Milakov and Gimelshein, Online normalizer calculation for softmax (2018)",
                       "Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., 3.1 and 3.5"},
        .size_names = {"seq", "heads", "kv_heads", "head_dim"},
        .preconditions = {{"finite", "no value is Inf or NaN"}},
        .bound_derivation = brick::attention_bound_derivation,
        .decode = decode,
        .typical = typical,
        .arguments = argument_registers<brickproof_attention_fn>(),
        .invoke = invoke,
        .oracle = attention_oracle,
        // q k, exp, and the sum of v, for each head and key.
        .work =
            [](std::span<const double> n) {
                return Work{.multiply_adds = n[0] * n[1] * (2.0 * n[3] + work_of_exp + 2.0), .divisions = n[1]};
            },
        .statements = {},
        .workloads = {{"L1, 24 keys, 4 heads of 64 on 1", {24, 4, 1, 64}},
                      {"L2, 128 keys, 8 heads of 64 on 2", {128, 8, 2, 64}},
                      {"L2, 128 keys, 1 head of 128", {128, 1, 1, 128}},
                      {"L3, 1,024 keys, 32 heads of 128 on 8", {1024, 32, 8, 128}}},
    };
    contract.statements = attention_statements(contract);
    return contract;
}

}  // namespace

const Contract& attention_contract() {
    static const Contract contract = make_contract();
    return contract;
}

}  // namespace brickproof
