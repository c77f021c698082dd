#include "attention_pieces.hpp"

namespace brickproof::faults {
namespace {

constexpr auto op = "attention";
constexpr auto kernel = &erased<brickproof_attention_fn>;

using Size = std::size_t;

void in_double(const float* q, const float* k, const float* v, float* out, Size seq, Size heads, Size kv_heads,
               Size head_dim) {
    const AttentionSizes of{seq, heads, kv_heads, head_dim};
    std::vector<double> scores(seq);
    for (Size head = 0; head < heads; ++head) {
        const Size kv_head = GroupedHead{}(head, of);
        for (Size key = 0; key < seq; ++key) {
            double sum = 0;
            for (Size i = 0; i < head_dim; ++i)
                sum +=
                    static_cast<double>(q[head * head_dim + i]) * static_cast<double>(k[of.row(key, kv_head) + i]);
            scores[key] = sum / std::sqrt(static_cast<double>(head_dim));
        }
        const double max = *std::max_element(scores.begin(), scores.end());
        for (Size i = 0; i < head_dim; ++i) {
            double sum = 0;
            double total = 0;
            for (Size key = seq; key-- > 0;) {
                sum += std::exp(scores[key] - max) * static_cast<double>(v[of.row(key, kv_head) + i]);
                total += std::exp(scores[key] - max);
            }
            out[head * head_dim + i] = static_cast<float>(sum / total);
        }
    }
}

// The keys in two parts, each with a softmax of its own, merged: as when a long cache is split among threads.
void two_parts_merged(const float* q, const float* k, const float* v, float* out, Size seq, Size heads,
                      Size kv_heads, Size head_dim) {
    const AttentionSizes of{seq, heads, kv_heads, head_dim};
    for (Size head = 0; head < heads; ++head) {
        const Size kv_head = GroupedHead{}(head, of);
        float max[2], total[2] = {0, 0};
        std::vector<float> sums[2];
        for (Size part = 0; part < 2; ++part) {
            const Size begin = part * (seq / 2);
            const Size end = part == 0 ? seq / 2 : seq;
            sums[part].assign(head_dim, 0.0f);
            max[part] = -std::numeric_limits<float>::infinity();
            std::vector<float> scores;
            for (Size key = begin; key < end; ++key) {
                scores.push_back(DotScore{}(q + head * head_dim, k + of.row(key, kv_head), of));
                max[part] = std::max(max[part], scores.back());
            }
            for (Size key = begin; key < end; ++key) {
                const float weight = std::exp(scores[key - begin] - max[part]);
                total[part] += weight;
                for (Size i = 0; i < head_dim; ++i) sums[part][i] += weight * v[of.row(key, kv_head) + i];
            }
        }
        const float both = std::max(max[0], max[1]);
        const float left = std::exp(max[0] - both);
        const float right = std::exp(max[1] - both);
        for (Size i = 0; i < head_dim; ++i)
            out[head * head_dim + i] =
                (left * sums[0][i] + right * sums[1][i]) / (left * total[0] + right * total[1]);
    }
}

struct ScoreOfScaledQuery {
    float operator()(const float* q, const float* k, const AttentionSizes& of) const {
        const float scale = 1.0f / std::sqrt(static_cast<float>(of.head_dim));
        float lanes[8] = {};
        for (Size i = 0; i < of.head_dim; ++i) lanes[i % 8] = std::fma(q[i] * scale, k[i], lanes[i % 8]);
        return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
    }
};

struct ScoreInBase2 {
    float operator()(const float* q, const float* k, const AttentionSizes& of) const {
        float sum = 0;
        for (Size i = of.head_dim; i-- > 0;) sum += q[i] * k[i];
        return sum * (1.44269504f / std::sqrt(static_cast<float>(of.head_dim)));
    }
};
struct WeightInBase2 {
    float operator()(float below, Size, const AttentionSizes&) const { return std::exp2(below); }
};

// exp of 2 ulp, up for even keys and down for odd ones.
struct WeightOffByUlps {
    float operator()(float below, Size key, const AttentionSizes&) const {
        const float weight = std::exp(below);
        if (weight == 0 || weight == 1) return weight;
        const float towards = key % 2 == 0 ? 1.0f : 0.0f;
        return std::nextafter(std::nextafter(weight, towards), towards);
    }
};

// p_t first, by a reciprocal, then the sum.
struct NormalisedFirst {
    float operator()(const std::vector<float>& weights, const float* v, Size kv_head, Size i,
                     const AttentionSizes& of) const {
        float total = 0;
        for (const float weight : weights) total += weight;
        const float reciprocal = 1.0f / total;
        float sum = 0;
        for (Size key = 0; key < of.seq; ++key)
            sum = std::fma(weights[key] * reciprocal, v[of.row(key, kv_head) + i], sum);
        return sum;
    }
};

struct LastKeyFirst {
    float operator()(const std::vector<float>& weights, const float* v, Size kv_head, Size i,
                     const AttentionSizes& of) const {
        float sum = 0;
        float total = 0;
        for (Size key = of.seq; key-- > 0;) {
            sum += weights[key] * v[of.row(key, kv_head) + i];
            total += weights[key];
        }
        return sum * (1.0f / total);
    }
};

const CorrectKernel table[] = {
    {op, "two_passes", "", kernel(&attention_in_two_passes<>)},
    {op, "key_by_key", "online softmax", kernel(&attention_by_tiles<1>)},
    {op, "tiles_of_7", "online softmax", kernel(&attention_by_tiles<7>)},
    {op, "tiles_of_64", "online softmax", kernel(&attention_by_tiles<64>)},
    {op, "two_parts_merged", "order of the sum", kernel(two_parts_merged)},
    {op, "in_double", "more precise", kernel(in_double)},
    {op, "scaled_query_in_8_lanes", "q / sqrt(d) first, order of the sum, FMA",
     kernel(&attention_in_two_passes<GroupedHead, ScoreOfScaledQuery>)},
    {op, "base_2", "exp2 of scores times log2(e)",
     kernel(&attention_in_two_passes<GroupedHead, ScoreInBase2, LargestOfAll, WeightInBase2>)},
    {op, "exp_off_by_ulps", "exp of 2 ulp",
     kernel(&attention_in_two_passes<GroupedHead, DotScore, LargestOfAll, WeightOffByUlps>)},
    {op, "normalised_first", "softmax, then the mean",
     kernel(&attention_in_two_passes<GroupedHead, DotScore, LargestOfAll, PlainWeight, NormalisedFirst>)},
    {op, "last_key_first", "order of the sum",
     kernel(&attention_in_two_passes<GroupedHead, DotScore, LargestOfAll, PlainWeight, LastKeyFirst>)},
};

}  // namespace

std::span<const CorrectKernel> attention_correct() {
    return table;
}

}  // namespace brickproof::faults
