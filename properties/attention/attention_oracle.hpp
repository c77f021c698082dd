// attention as the formula is written, in float64.
#pragma once

#include <cstddef>
#include <vector>

#include "attention/attention_bound.hpp"
#include "engine/contract.hpp"

namespace brickproof {

// The sizes of a call, by name, and where things lie.
struct AttentionShape {
    std::size_t seq;
    std::size_t heads;
    std::size_t kv_heads;
    std::size_t head_dim;

    std::size_t group() const { return heads / kv_heads; }
    std::size_t kv_head(std::size_t head) const { return head / group(); }
    // Of k and v.
    std::size_t at(std::size_t key, std::size_t of_kv_head, std::size_t column) const {
        return (key * kv_heads + of_kv_head) * head_dim + column;
    }
    std::size_t cache_values() const { return seq * kv_heads * head_dim; }
};

AttentionShape attention_shape(const Case& c);

// Exact scores of a head, and how far a correct kernel's may be from them.
std::vector<brick::AttentionScore> exact_attention_scores(const Case& c, std::size_t head);

// The mean of v by the softmax of the scores, and how far a correct kernel may be from it.
std::vector<OracleOutput> attention_oracle(const Case& c);

}  // namespace brickproof
