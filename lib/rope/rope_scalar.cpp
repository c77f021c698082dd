#include "rope/rope_angles.hpp"
#include "rope/rope_kernels.hpp"
#include "support/sincos.hpp"

namespace brick {
namespace {

struct Rotations {
    SinCos of[rope_tile];
};

// Of the next `count` pairs.
void fill(Rotations& rotations, RopeAngles& angles, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        double& angle = angles.next[i % rope_chains];
        rotations.of[i] = sin_cos_f32(angle);
        angle *= angles.step;
    }
}

}  // namespace

void rope_scalar(float* x, std::size_t heads, std::size_t head_dim, std::size_t position, float theta, int style) {
    const std::size_t pairs = head_dim / 2;
    const RopeLayout layout = style == rope_style_neox ? RopeLayout{1, pairs} : RopeLayout{2, 1};
    RopeAngles angles = rope_angles(theta, head_dim, position);
    Rotations rotations;
    for (std::size_t first = 0; first < pairs; first += rope_tile) {
        const std::size_t count = pairs - first < rope_tile ? pairs - first : rope_tile;
        fill(rotations, angles, count);
        for (std::size_t head = 0; head < heads; ++head) {
            float* a = x + head * head_dim + first * layout.stride;
            for (std::size_t i = 0; i < count; ++i) {
                const auto [sin, cos] = rotations.of[i];
                rotate_pair(a[i * layout.stride], a[i * layout.stride + layout.distance], cos, sin);
            }
        }
    }
}

}  // namespace brick
