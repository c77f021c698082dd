#include <arm_neon.h>

#include "attention/attention_flash.hpp"
#include "support/exp_neon.hpp"

namespace brick {
namespace {

struct Floats {
    using Vector = float32x4_t;
    static constexpr std::size_t width = 4;

    static Vector load(const float* p) { return vld1q_f32(p); }
    static void store(float* p, Vector x) { vst1q_f32(p, x); }
    static Vector broadcast(float x) { return vdupq_n_f32(x); }
    static Vector add(Vector a, Vector b) { return vaddq_f32(a, b); }
    static Vector subtract(Vector a, Vector b) { return vsubq_f32(a, b); }
    static Vector multiply(Vector a, Vector b) { return vmulq_f32(a, b); }
    static Vector multiply_add(Vector a, Vector b, Vector c) { return vfmaq_f32(c, a, b); }
    static Vector max(Vector a, Vector b) { return vmaxq_f32(a, b); }
    static Vector exp(Vector x) { return exp_f32(x); }
    static void fetch(const float* p) { __builtin_prefetch(p); }

    // The first one to three lanes; the others are 0 and not read or written.
    static Vector load_first(const float* p, std::size_t count) {
        Vector x = vld1q_lane_f32(p, vdupq_n_f32(0), 0);
        if (count > 1) x = vld1q_lane_f32(p + 1, x, 1);
        if (count > 2) x = vld1q_lane_f32(p + 2, x, 2);
        return x;
    }
    static void store_first(float* p, Vector x, std::size_t count) {
        vst1q_lane_f32(p, x, 0);
        if (count > 1) vst1q_lane_f32(p + 1, x, 1);
        if (count > 2) vst1q_lane_f32(p + 2, x, 2);
    }

    // The sum of the lanes of each of eight vectors, times scale.
    static void store_totals(const Vector (&sums)[8], float scale, float* to) {
        store(to, vmulq_n_f32(totals(sums[0], sums[1], sums[2], sums[3]), scale));
        store(to + 4, vmulq_n_f32(totals(sums[4], sums[5], sums[6], sums[7]), scale));
    }

  private:
    static Vector totals(Vector a, Vector b, Vector c, Vector d) {
        return vpaddq_f32(vpaddq_f32(a, b), vpaddq_f32(c, d));
    }
};

}  // namespace

void attention_neon(const float* q, const float* k, const float* v, float* out, std::size_t seq, std::size_t heads,
                    std::size_t kv_heads, std::size_t head_dim) {
    flash_attention<Floats>({q, k, v, out, seq, heads, kv_heads, head_dim});
}

void attention_in_tiles_neon(const AttentionOperands& operands, std::size_t first, std::size_t last,
                             std::size_t tile) {
    flash_attention_blocks<Floats>(operands, first, last, tile);
}

}  // namespace brick
