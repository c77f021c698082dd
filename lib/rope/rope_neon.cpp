#include "rope/rope_angles.hpp"
#include "rope/rope_kernels.hpp"
#include "support/sincos_neon.hpp"

namespace brick {
namespace {

struct Rotations {
    float cos[rope_tile];
    float sin[rope_tile];
};

class Angles {
  public:
    explicit Angles(const RopeAngles& first)
        : low_(vld1q_f64(first.next)), high_(vld1q_f64(first.next + 2)), step_(vdupq_n_f64(first.step)) {}

    // The rotations of the next `count` pairs; computes, and stores, a multiple of four.
    void fill(Rotations& rotations, std::size_t count) {
        for (std::size_t i = 0; i < count; i += rope_chains) {
            const SinCos2 low = sin_cos_f32(low_);
            const SinCos2 high = sin_cos_f32(high_);
            vst1q_f32(rotations.cos + i, vcombine_f32(low.cos, high.cos));
            vst1q_f32(rotations.sin + i, vcombine_f32(low.sin, high.sin));
            low_ = vmulq_f64(low_, step_);
            high_ = vmulq_f64(high_, step_);
        }
    }

  private:
    float64x2_t low_;
    float64x2_t high_;
    float64x2_t step_;
};

// Four pairs. Not contracted to FMA, as the definition is not.
float32x4x2_t rotated(float32x4_t a, float32x4_t b, const Rotations& by, std::size_t i) {
    const float32x4_t cos = vld1q_f32(by.cos + i);
    const float32x4_t sin = vld1q_f32(by.sin + i);
    return {{vsubq_f32(vmulq_f32(a, cos), vmulq_f32(b, sin)), vaddq_f32(vmulq_f32(a, sin), vmulq_f32(b, cos))}};
}

// a and b lie `distance` apart.
void rotate_neox(float* a, std::size_t distance, const Rotations& by, std::size_t pairs) {
    float* b = a + distance;
    std::size_t i = 0;
    for (; i + 4 <= pairs; i += 4) {
        const float32x4x2_t y = rotated(vld1q_f32(a + i), vld1q_f32(b + i), by, i);
        vst1q_f32(a + i, y.val[0]);
        vst1q_f32(b + i, y.val[1]);
    }
    for (; i < pairs; ++i) rotate_pair(a[i], b[i], by.cos[i], by.sin[i]);
}

// a0 b0 a1 b1 ...
void rotate_norm(float* x, const Rotations& by, std::size_t pairs) {
    std::size_t i = 0;
    for (; i + 4 <= pairs; i += 4) {
        const float32x4x2_t old = vld2q_f32(x + 2 * i);
        vst2q_f32(x + 2 * i, rotated(old.val[0], old.val[1], by, i));
    }
    for (; i < pairs; ++i) rotate_pair(x[2 * i], x[2 * i + 1], by.cos[i], by.sin[i]);
}

}  // namespace

void rope_neon(float* x, std::size_t heads, std::size_t head_dim, std::size_t position, float theta, int style) {
    const std::size_t pairs = head_dim / 2;
    Angles angles(rope_angles(theta, head_dim, position));
    Rotations rotations;
    for (std::size_t first = 0; first < pairs; first += rope_tile) {
        const std::size_t count = pairs - first < rope_tile ? pairs - first : rope_tile;
        angles.fill(rotations, count);
        for (std::size_t head = 0; head < heads; ++head) {
            if (style == rope_style_neox) {
                rotate_neox(x + head * head_dim + first, pairs, rotations, count);
            } else {
                rotate_norm(x + head * head_dim + 2 * first, rotations, count);
            }
        }
    }
}

}  // namespace brick
