// Attention of one query token over a cache of keys and values, with grouped heads.
#pragma once

#include <cstddef>
#include <span>

#include "brick/executor.hpp"
#include "brick/result.hpp"

namespace brick {

struct AttentionSizes {
    std::size_t seq;  // positions in the cache
    std::size_t heads;
    std::size_t kv_heads;  // divides heads: head h reads kv head h / (heads / kv_heads)
    std::size_t head_dim;
};

// out[heads][head_dim] = softmax(q.k / sqrt(head_dim)) v, for q[heads][head_dim] and k, v[seq][kv_heads][head_dim].
// Needs no memory of its own, however long seq is.
//
// Errors, found before anything is written: zero_dimension, indivisible_heads, length_mismatch, not_finite (with
// the operand and the index). Looking at every value of k and v costs about as much memory traffic as attention
// itself; who checks each token once, when it enters the cache, can run the kernel from brick::kernel_table().
Result<void> attention(std::span<const float> q, std::span<const float> k, std::span<const float> v,
                       std::span<float> out, const AttentionSizes& sizes, const Executor& executor = {});

}  // namespace brick
