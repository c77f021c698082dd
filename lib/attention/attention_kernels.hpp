// The kernels of attention: the scalar one is the definition. All work on a tile of keys at a time and keep a
// running maximum and sum ("online" softmax), so that no buffer grows with seq; they sum in different orders, and a
// sum's order shows in the last bits. A head's result depends on its own q and its kv head's k and v alone, to the
// bit.
//
// A NaN in q or k makes its heads NaN, one in v its column. Where q.k overflows, the result may be NaN.
#pragma once

#include <cstddef>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_attention_fn attention_scalar;
brickproof_attention_fn attention_avx2;  // x86-64
brickproof_attention_fn attention_neon;  // aarch64

// Keys whose scores are kept at a time, on the stack.
inline constexpr std::size_t attention_tile = 64;

// Of the tile that begins at key `first` of seq, as far as its scores are kept at a time.
[[maybe_unused]] static std::size_t keys_of_tile(std::size_t first, std::size_t seq, std::size_t tile) {
    const std::size_t of_tile = tile - first % tile;
    const std::size_t keys = of_tile < attention_tile ? of_tile : attention_tile;
    return seq - first < keys ? seq - first : keys;
}

// What a brickproof_attention_fn is called with.
struct AttentionOperands {
    const float* q;
    const float* k;
    const float* v;
    float* out;
    std::size_t seq;
    std::size_t heads;
    std::size_t kv_heads;
    std::size_t head_dim;
};

// Heads that are computed together, at most: those of one kv head, so that k and v are read once for all of them.
// Which ones those are decides about the order of their sums.
inline constexpr std::size_t heads_of_a_block = 8;

struct HeadBlock {
    std::size_t kv_head;
    std::size_t first;
    std::size_t count;
};
[[maybe_unused]] static std::size_t blocks_of_a_group(const AttentionOperands& operands) {
    return (operands.heads / operands.kv_heads + heads_of_a_block - 1) / heads_of_a_block;
}
// Of all kv heads; none where there are no heads.
[[maybe_unused]] static std::size_t head_blocks(const AttentionOperands& operands) {
    return operands.heads == 0 ? 0 : operands.kv_heads * blocks_of_a_group(operands);
}
[[maybe_unused]] static HeadBlock head_block(const AttentionOperands& operands, std::size_t index) {
    const std::size_t group = operands.heads / operands.kv_heads;
    const std::size_t kv_head = index / blocks_of_a_group(operands);
    const std::size_t done = index % blocks_of_a_group(operands) * heads_of_a_block;
    return {kv_head, kv_head * group + done, group - done < heads_of_a_block ? group - done : heads_of_a_block};
}

// The same kernels for some blocks of heads, [first, last) of head_blocks(), and with the tile chosen by the
// caller: the running maximum and sum change after every `tile` keys, and after every attention_tile keys of a
// larger one. With a multiple of attention_tile the results are those of the kernels above, to the bit.
using AttentionInTiles = void(const AttentionOperands& operands, std::size_t first, std::size_t last,
                              std::size_t tile);
AttentionInTiles attention_in_tiles_scalar;
AttentionInTiles attention_in_tiles_avx2;
AttentionInTiles attention_in_tiles_neon;

// Of the same ISA as `kernel`, which is one of those above.
AttentionInTiles* attention_in_tiles(brickproof_attention_fn* kernel);

}  // namespace brick
