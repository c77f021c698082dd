#include "attention/attention_cases.hpp"

#include <algorithm>
#include <cmath>

#include "brick/rounding.hpp"

namespace brickproof {

Array<float> attention_output(Trial& trial, const Case& c) {
    const Outputs outputs = trial.run(c);
    const std::span<const float> out = outputs.as<float>(0);
    return {out.begin(), out.end()};
}

const Signature& attention_signature() {
    static const Signature signature{
        .sizes = {{.name = "seq"},
                  {.name = "heads", .multiple_of = "kv_heads"},
                  {.name = "kv_heads"},
                  {.name = "head_dim"}},
        .slots = {{.name = "q", .type = &f32, .access = Access::input, .shape = {"heads", "head_dim"}},
                  {.name = "k", .type = &f32, .access = Access::input, .shape = {"seq", "kv_heads", "head_dim"}},
                  {.name = "v", .type = &f32, .access = Access::input, .shape = {"seq", "kv_heads", "head_dim"}},
                  {.name = "out", .type = &f32, .access = Access::output, .shape = {"heads", "head_dim"}}}};
    return signature;
}

Case with_attention_shape(const AttentionShape& shape) {
    return attention_signature().shape({shape.seq, shape.heads, shape.kv_heads, shape.head_dim});
}

Case with_keys(const Case& c, std::span<const std::size_t> keys) {
    AttentionShape shape = attention_shape(c);
    const std::size_t width = shape.kv_heads * shape.head_dim;
    shape.seq = keys.size();
    Case other = with_attention_shape(shape);
    std::ranges::copy(c.input<float>(attention_q), other.input<float>(attention_q).begin());
    for (const std::size_t operand : {attention_k, attention_v})
        for (std::size_t i = 0; i < keys.size(); ++i)
            std::ranges::copy(c.input<float>(operand).subspan(keys[i] * width, width),
                              other.input<float>(operand).subspan(i * width).begin());
    return other;
}

std::vector<std::size_t> telling_keys(const Case& c) {
    const std::size_t seq = c.sizes[0];
    std::vector<std::size_t> keys = {seq - 1, 0, (c.sizes[1] * 37 + c.sizes[3] * 11) % seq};
    if (seq > 64) keys.push_back(seq / 64 * 64 - 1);
    if (seq % 8 != 0 && seq > 8) keys.push_back(seq / 8 * 8);
    return keys;
}

std::vector<bool> heads_with_scores(const Case& c) {
    std::vector<bool> have;
    for (std::size_t head = 0; head < c.sizes[1]; ++head)
        have.push_back(std::ranges::all_of(exact_attention_scores(c, head), [](const brick::AttentionScore& key) {
            return std::isfinite(key.error);
        }));
    return have;
}

double AttentionColumn::largest() const {
    return std::max(std::fabs(lowest), std::fabs(highest));
}

AttentionColumn attention_column(const Case& c, std::size_t head, std::size_t i) {
    const AttentionShape shape = attention_shape(c);
    AttentionColumn column;
    double sum = 0.0;
    for (std::size_t key = 0; key < shape.seq; ++key) {
        const double v = static_cast<double>(c.input<float>(attention_v)[shape.at(key, shape.kv_head(head), i)]);
        sum += v;
        column.magnitudes += std::fabs(v);
        column.lowest = std::min(column.lowest, v);
        column.highest = std::max(column.highest, v);
    }
    column.mean = sum / static_cast<double>(shape.seq);
    return column;
}

bool sums_are_finite(const AttentionColumn& column, std::size_t seq) {
    return column.magnitudes * (1.0 + brick::gamma(2 * seq)) <=
           static_cast<double>(std::numeric_limits<float>::max());
}

}  // namespace brickproof
