#pragma once

// A plain, right attention in two passes, with hooks: a planted fault replaces one piece and keeps the rest.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "reference_pieces.hpp"

namespace brickproof::faults {

struct AttentionSizes {
    std::size_t seq;
    std::size_t heads;
    std::size_t kv_heads;
    std::size_t head_dim;

    std::size_t row(std::size_t key, std::size_t kv_head) const { return (key * kv_heads + kv_head) * head_dim; }
};

struct GroupedHead {
    std::size_t operator()(std::size_t head, const AttentionSizes& of) const {
        return head / (of.heads / of.kv_heads);
    }
};
struct DotScore {
    float operator()(const float* q, const float* k, const AttentionSizes& of) const {
        float sum = 0;
        for (std::size_t i = 0; i < of.head_dim; ++i) sum += q[i] * k[i];
        return sum / std::sqrt(static_cast<float>(of.head_dim));
    }
};
struct LargestOfAll {
    float operator()(const std::vector<float>& scores, const AttentionSizes&) const {
        return *std::max_element(scores.begin(), scores.end());
    }
};
struct PlainWeight {
    float operator()(float below, std::size_t, const AttentionSizes&) const { return std::exp(below); }
};
struct PlainMean {
    float operator()(const std::vector<float>& weights, const float* v, std::size_t kv_head, std::size_t i,
                     const AttentionSizes& of) const {
        float sum = 0;
        float total = 0;
        for (std::size_t key = 0; key < of.seq; ++key) {
            sum += weights[key] * v[of.row(key, kv_head) + i];
            total += weights[key];
        }
        return sum / total;
    }
};

template <class KvHead = GroupedHead, class Score = DotScore, class Max = LargestOfAll, class Weight = PlainWeight,
          class Mean = PlainMean>
void attention_in_two_passes(const float* q, const float* k, const float* v, float* out, std::size_t seq,
                             std::size_t heads, std::size_t kv_heads, std::size_t head_dim) {
    const AttentionSizes of{seq, heads, kv_heads, head_dim};
    std::vector<float> scores(seq);
    for (std::size_t head = 0; head < heads; ++head) {
        const std::size_t kv_head = KvHead{}(head, of);
        for (std::size_t key = 0; key < seq; ++key)
            scores[key] = Score{}(q + head * head_dim, k + of.row(key, kv_head), of);
        const float max = Max{}(scores, of);
        for (std::size_t key = 0; key < seq; ++key) scores[key] = Weight{}(scores[key] - max, key, of);
        for (std::size_t i = 0; i < head_dim; ++i) out[head * head_dim + i] = Mean{}(scores, v, kv_head, i, of);
    }
}

/// Online softmax over tiles of keys. `Carry(old_max, new_max)` is what earlier sums are multiplied by.
struct RescaledToNewMax {
    float operator()(float old_max, float new_max) const { return std::exp(old_max - new_max); }
};
template <std::size_t Tile, class Carry = RescaledToNewMax>
void attention_by_tiles(const float* q, const float* k, const float* v, float* out, std::size_t seq,
                        std::size_t heads, std::size_t kv_heads, std::size_t head_dim) {
    const AttentionSizes of{seq, heads, kv_heads, head_dim};
    for (std::size_t head = 0; head < heads; ++head) {
        const std::size_t kv_head = GroupedHead{}(head, of);
        float* sums = out + head * head_dim;
        std::fill_n(sums, head_dim, 0.0f);
        float max = -std::numeric_limits<float>::infinity();
        float total = 0;
        for (std::size_t first = 0; first < seq; first += Tile) {
            float scores[Tile];
            const std::size_t count = std::min(Tile, seq - first);
            float new_max = max;
            for (std::size_t t = 0; t < count; ++t) {
                scores[t] = DotScore{}(q + head * head_dim, k + of.row(first + t, kv_head), of);
                new_max = std::max(new_max, scores[t]);
            }
            const float carried = Carry{}(max, new_max);
            total *= carried;
            for (std::size_t i = 0; i < head_dim; ++i) sums[i] *= carried;
            for (std::size_t t = 0; t < count; ++t) {
                const float weight = std::exp(scores[t] - new_max);
                total += weight;
                for (std::size_t i = 0; i < head_dim; ++i) sums[i] += weight * v[of.row(first + t, kv_head) + i];
            }
            max = new_max;
        }
        for (std::size_t i = 0; i < head_dim; ++i) sums[i] /= total;
    }
}

}  // namespace brickproof::faults
