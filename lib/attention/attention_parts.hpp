// Attention whose blocks of heads are parts for an executor.
#pragma once

#include "attention/attention_kernels.hpp"
#include "threads/ranges.hpp"

namespace brick {

inline void attend_in_tiles(brickproof_attention_fn* kernel, const AttentionOperands& operands, std::size_t tile,
                            const Executor& executor) {
    AttentionInTiles* const in_tiles = attention_in_tiles(kernel);
    const std::size_t bytes = 2 * operands.seq * operands.head_dim * sizeof(float);
    for_ranges(executor, head_blocks(operands), bytes,
               [&](std::size_t first, std::size_t last) { in_tiles(operands, first, last, tile); });
}

// By the kernel itself where there is one thread.
inline void attend(brickproof_attention_fn* kernel, const AttentionOperands& operands, const Executor& executor) {
    if (executor.threads() > 1) return attend_in_tiles(kernel, operands, attention_tile, executor);
    const auto& [q, k, v, out, seq, heads, kv_heads, head_dim] = operands;
    kernel(q, k, v, out, seq, heads, kv_heads, head_dim);
}

}  // namespace brick
