// What the kernels of rope share: the angles position * theta^(-2i/head_dim), in double, and the rotation of one
// pair.
#pragma once

#include <cmath>
#include <cstddef>

#include "support/target.hpp"

namespace brick {
inline namespace BRICK_TARGET {

// Pairs whose sines and cosines are kept at a time, on the stack; a multiple of rope_chains. Longer heads are
// rotated in pieces.
inline constexpr std::size_t rope_tile = 128;

// Angle i is one of four geometric chains: four can be computed at once, and each rounds only i / 4 + 4 times.
inline constexpr std::size_t rope_chains = 4;

struct RopeAngles {
    double next[rope_chains];  // of pairs i, i + 1, i + 2, i + 3
    double step;               // theta^(-8/head_dim): to those of i + 4
};

static inline RopeAngles rope_angles(float theta, std::size_t head_dim, std::size_t position) {
    const double ratio = std::pow(static_cast<double>(theta), -2.0 / static_cast<double>(head_dim));
    const double square = ratio * ratio;
    const double first = static_cast<double>(position);
    return {{first, first * ratio, first * square, first * (square * ratio)}, square * square};
}

// One pair, by the definition's steps: not contracted to FMA.
static inline void rotate_pair(float& a, float& b, float cos, float sin) {
    const float old_a = a;
    a = old_a * cos - b * sin;
    b = old_a * sin + b * cos;
}

// Where a pair's values lie: a at i * stride, b at i * stride + distance.
struct RopeLayout {
    std::size_t stride;
    std::size_t distance;
};

}  // namespace BRICK_TARGET
}  // namespace brick
