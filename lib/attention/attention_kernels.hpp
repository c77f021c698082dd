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

}  // namespace brick
