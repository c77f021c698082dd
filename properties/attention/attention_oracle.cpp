#include "attention/attention_oracle.hpp"

#include <cmath>

namespace brickproof {
namespace {

// sum p_t v_t, p_t = exp(s_t - max) / sum of them.
double exact_mean(std::span<const double> probabilities, std::span<const double> v) {
    double mean = 0.0;
    for (std::size_t t = 0; t < v.size(); ++t) mean += probabilities[t] * v[t];
    return mean;
}

}  // namespace

AttentionShape attention_shape(const Case& c) {
    return {c.sizes[0], c.sizes[1], c.sizes[2], c.sizes[3]};
}

std::vector<brick::AttentionScore> exact_attention_scores(const Case& c, std::size_t head) {
    const AttentionShape shape = attention_shape(c);
    const std::span<const float> q = c.input<float>(0).subspan(head * shape.head_dim, shape.head_dim);
    const std::span<const float> k = c.input<float>(1);
    std::vector<brick::AttentionScore> scores;
    scores.reserve(shape.seq);
    for (std::size_t key = 0; key < shape.seq; ++key) {
        const std::span<const float> row = k.subspan(shape.at(key, shape.kv_head(head), 0), shape.head_dim);
        double sum = 0.0, magnitudes = 0.0, of_q = 0.0, of_k = 0.0;
        for (std::size_t i = 0; i < shape.head_dim; ++i) {
            const double product = static_cast<double>(q[i]) * static_cast<double>(row[i]);
            sum += product;
            magnitudes += std::fabs(product);
            of_q += std::fabs(static_cast<double>(q[i]));
            of_k += std::fabs(static_cast<double>(row[i]));
        }
        scores.push_back({sum / std::sqrt(static_cast<double>(shape.head_dim)),
                          brick::attention_score_error(shape.head_dim, magnitudes, of_q, of_k)});
    }
    return scores;
}

std::vector<OracleOutput> attention_oracle(const Case& c) {
    const AttentionShape shape = attention_shape(c);
    const std::span<const float> v = c.input<float>(2);
    OracleOutput out;
    Array<double> column(shape.seq);
    for (std::size_t head = 0; head < shape.heads; ++head) {
        const brick::AttentionBound bound(exact_attention_scores(c, head));
        for (std::size_t i = 0; i < shape.head_dim; ++i) {
            for (std::size_t key = 0; key < shape.seq; ++key)
                column[key] = static_cast<double>(v[shape.at(key, shape.kv_head(head), i)]);
            const double exact = exact_mean(bound.probabilities(), column);
            out.exact.push_back(exact);
            out.bound.push_back(bound.of_column(column, exact));
        }
    }
    return {out};
}

}  // namespace brickproof
