// The operands of an rms_norm case, by name.
#pragma once

#include <span>

#include "engine/case.hpp"

namespace brickproof {

// In the signature's order: x, weight, y, eps.
struct RmsNormInputs {
    std::span<float> x;
    std::span<float> weight;
    float& eps;
};

inline RmsNormInputs rms_norm_inputs(Case& c) {
    return {c.input<float>(0), c.input<float>(1), c.input<float>(3)[0]};
}

inline float rms_norm_eps(const Case& c) {
    return c.input<float>(3)[0];
}

}  // namespace brickproof
