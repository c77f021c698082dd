// Small layers for tests.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "brick/q8_0.hpp"
#include "brick/transformer_layer_brick.hpp"

namespace brick {

// Values in [-scale, scale), the same for the same seed.
inline std::vector<float> values_like(std::size_t count, std::uint64_t seed, float scale) {
    std::vector<float> values(count);
    for (float& value : values) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        value = scale * (static_cast<float>(static_cast<std::int32_t>(seed >> 33) - (1 << 30)) * 0x1p-30f);
    }
    return values;
}

inline Matrix f32_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed, float scale = 0.25f) {
    return *Matrix::from_f32(values_like(rows * cols, seed, scale), rows, cols);
}

inline Matrix q8_0_matrix(std::size_t rows, std::size_t cols, std::uint64_t seed, float scale = 0.25f) {
    std::vector<brickproof_q8_0> blocks(rows * cols / BRICKPROOF_Q8_0_BLOCK);
    const std::vector<float> values = values_like(rows * cols, seed, scale);
    static_cast<void>(q8_0::quantize(values, blocks));
    return *Matrix::from_q8_0(std::move(blocks), rows, cols);
}

constexpr LayerConfig small_config{.hidden = 64, .heads = 4, .kv_heads = 2, .intermediate = 96};

template <class MakeMatrix>
LayerWeights small_weights(MakeMatrix matrix) {
    const std::size_t hidden = small_config.hidden;
    const std::size_t kv = small_config.kv_heads * small_config.head_dim();
    const std::size_t intermediate = small_config.intermediate;
    return {std::vector<float>(hidden, 1.0f), {matrix(hidden, hidden, 1), values_like(hidden, 11, 0.1f)},
            {matrix(kv, hidden, 2), {}},      {matrix(kv, hidden, 3), {}},
            matrix(hidden, hidden, 4),        std::vector<float>(hidden, 0.5f),
            matrix(intermediate, hidden, 5),  matrix(intermediate, hidden, 6),
            matrix(hidden, intermediate, 7)};
}

inline LayerWeights small_f32_weights() {
    return small_weights([](std::size_t r, std::size_t c, std::uint64_t seed) { return f32_matrix(r, c, seed); });
}
inline LayerWeights small_q8_0_weights() {
    return small_weights([](std::size_t r, std::size_t c, std::uint64_t seed) { return q8_0_matrix(r, c, seed); });
}

}  // namespace brick
