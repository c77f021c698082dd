#pragma once

// A plain, right rope, with hooks: a planted fault replaces one piece and keeps the rest.

#include <cmath>
#include <cstddef>

#include "reference_pieces.hpp"

namespace brickproof::faults {

/// What the angle of a pair is made of.
struct RopeAngle {
    std::size_t pair;
    std::size_t head;
    std::size_t heads;
    std::size_t head_dim;
    std::size_t position;
    float theta;
    int style;

    float exponent() const { return -2.0f * static_cast<float>(pair) / static_cast<float>(head_dim); }
};

struct AngleByPower {
    float operator()(const RopeAngle& of) const {
        return static_cast<float>(of.position) * std::pow(of.theta, of.exponent());
    }
};

struct Turn {
    void operator()(float& a, float& b, float angle) const {
        const float old_a = a;
        a = old_a * std::cos(angle) - b * std::sin(angle);
        b = old_a * std::sin(angle) + b * std::cos(angle);
    }
};

template <class Angle = AngleByPower, class Rotate = Turn>
void rope_pair_by_pair(float* x, std::size_t heads, std::size_t head_dim, std::size_t position, float theta,
                       int style) {
    const std::size_t pairs = head_dim / 2;
    for (std::size_t head = 0; head < heads; ++head) {
        for (std::size_t pair = 0; pair < pairs; ++pair) {
            float* a = x + head * head_dim + (style == 2 ? pair : 2 * pair);
            Rotate{}(*a, *(a + (style == 2 ? pairs : 1)),
                     Angle{}(RopeAngle{pair, head, heads, head_dim, position, theta, style}));
        }
    }
}

}  // namespace brickproof::faults
