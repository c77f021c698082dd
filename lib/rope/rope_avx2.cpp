#include "rope/rope_angles.hpp"
#include "rope/rope_kernels.hpp"
#include "support/sincos_avx2.hpp"

namespace brick {
namespace {

// Cosines and sines of a tile of pairs, as the style's vectors want them: NEOX one for each pair, NORM each twice,
// beside both values of its pair.
struct Rotations {
    float cos[2 * rope_tile];
    float sin[2 * rope_tile];
};

void store_once(float* to, __m256 values) {
    _mm256_storeu_ps(to, values);
}
void store_twice(float* to, __m256 values) {
    _mm256_storeu_ps(to, _mm256_permutevar8x32_ps(values, _mm256_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3)));
    _mm256_storeu_ps(to + 8, _mm256_permutevar8x32_ps(values, _mm256_setr_epi32(4, 4, 5, 5, 6, 6, 7, 7)));
}

class Angles {
  public:
    explicit Angles(const RopeAngles& first)
        : next_(_mm256_set_pd(first.next[3], first.next[2], first.next[1], first.next[0])),
          step_(_mm256_set1_pd(first.step)) {}

    // The rotations of the next `count` pairs; computes, and stores, a multiple of eight.
    template <auto store, std::size_t Copies>
    void fill(Rotations& rotations, std::size_t count) {
        for (std::size_t i = 0; i < count; i += 2 * rope_chains) {
            const __m256d second = _mm256_mul_pd(next_, step_);
            const SinCos8 of = sin_cos_f32(next_, second);
            store(rotations.cos + Copies * i, of.cos);
            store(rotations.sin + Copies * i, of.sin);
            next_ = _mm256_mul_pd(second, step_);
        }
    }

  private:
    __m256d next_;
    __m256d step_;
};

// Both rotate the same pairs of several heads, which lie head_dim apart, so that a vector of cosines and sines is
// loaded once for all of them. Not contracted to FMA, as the definition is not.

// a and b lie `distance` apart.
template <std::size_t Heads>
void rotate_neox(float* a, std::size_t head_dim, std::size_t distance, const Rotations& by, std::size_t pairs) {
    std::size_t i = 0;
    for (; i + 8 <= pairs; i += 8) {
        const __m256 cos = _mm256_loadu_ps(by.cos + i);
        const __m256 sin = _mm256_loadu_ps(by.sin + i);
        for (std::size_t head = 0; head < Heads; ++head) {
            float* of_head = a + head * head_dim + i;
            const __m256 old_a = _mm256_loadu_ps(of_head);
            const __m256 old_b = _mm256_loadu_ps(of_head + distance);
            const __m256 new_a = _mm256_sub_ps(_mm256_mul_ps(old_a, cos), _mm256_mul_ps(old_b, sin));
            const __m256 new_b = _mm256_add_ps(_mm256_mul_ps(old_a, sin), _mm256_mul_ps(old_b, cos));
            _mm256_storeu_ps(of_head, new_a);
            _mm256_storeu_ps(of_head + distance, new_b);
        }
    }
    for (std::size_t head = 0; head < Heads; ++head) {
        float* of_head = a + head * head_dim;
        for (std::size_t k = i; k < pairs; ++k)
            rotate_pair(of_head[k], of_head[k + distance], by.cos[k], by.sin[k]);
    }
}

// a0 b0 a1 b1 ...: addsub subtracts in the even lanes, those of a.
template <std::size_t Heads>
void rotate_norm(float* x, std::size_t head_dim, const Rotations& by, std::size_t pairs) {
    const std::size_t values = 2 * pairs;
    std::size_t i = 0;
    for (; i + 8 <= values; i += 8) {
        const __m256 cos = _mm256_loadu_ps(by.cos + i);
        const __m256 sin = _mm256_loadu_ps(by.sin + i);
        for (std::size_t head = 0; head < Heads; ++head) {
            float* of_head = x + head * head_dim + i;
            const __m256 old = _mm256_loadu_ps(of_head);
            const __m256 swapped = _mm256_permute_ps(old, 0b10'11'00'01);
            const __m256 rotated = _mm256_addsub_ps(_mm256_mul_ps(old, cos), _mm256_mul_ps(swapped, sin));
            _mm256_storeu_ps(of_head, rotated);
        }
    }
    for (std::size_t head = 0; head < Heads; ++head) {
        float* of_head = x + head * head_dim;
        for (std::size_t k = i; k < values; k += 2) rotate_pair(of_head[k], of_head[k + 1], by.cos[k], by.sin[k]);
    }
}

constexpr std::size_t heads_at_once = 4;

}  // namespace

void rope_avx2(float* x, std::size_t heads, std::size_t head_dim, std::size_t position, float theta, int style) {
    const std::size_t pairs = head_dim / 2;
    Angles angles(rope_angles(theta, head_dim, position));
    Rotations rotations;
    for (std::size_t first = 0; first < pairs; first += rope_tile) {
        const std::size_t count = pairs - first < rope_tile ? pairs - first : rope_tile;
        std::size_t head = 0;
        if (style == rope_style_neox) {
            angles.fill<store_once, 1>(rotations, count);
            float* tile = x + first;
            for (; head + heads_at_once <= heads; head += heads_at_once)
                rotate_neox<heads_at_once>(tile + head * head_dim, head_dim, pairs, rotations, count);
            for (; head < heads; ++head) rotate_neox<1>(tile + head * head_dim, head_dim, pairs, rotations, count);
        } else {
            angles.fill<store_twice, 2>(rotations, count);
            float* tile = x + 2 * first;
            for (; head + heads_at_once <= heads; head += heads_at_once)
                rotate_norm<heads_at_once>(tile + head * head_dim, head_dim, rotations, count);
            for (; head < heads; ++head) rotate_norm<1>(tile + head * head_dim, head_dim, rotations, count);
        }
    }
}

}  // namespace brick
