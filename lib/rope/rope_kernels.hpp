// The kernels of rope: the scalar one is the definition, the others give its bits. All compute the angles in
// double, which loses nothing at any position that a model has, and share each pair's sine and cosine among the
// heads.
#pragma once

#include <cstddef>

#include "brickproof/kernel_abi.h"

namespace brick {

brickproof_rope_fn rope_scalar;
brickproof_rope_fn rope_avx2;  // x86-64
brickproof_rope_fn rope_neon;  // aarch64

// Values of `style`, as the ABI numbers them (after ggml's GGML_ROPE_TYPE_*).
inline constexpr int rope_style_norm = 0;
inline constexpr int rope_style_neox = 2;

}  // namespace brick
