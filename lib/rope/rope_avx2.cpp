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

void store_once(float* to, __m128 values) {
    _mm_storeu_ps(to, values);
}
void store_twice(float* to, __m128 values) {
    _mm_storeu_ps(to, _mm_unpacklo_ps(values, values));
    _mm_storeu_ps(to + 4, _mm_unpackhi_ps(values, values));
}

class Frequencies {
  public:
    Frequencies(float theta, std::size_t head_dim, std::size_t position)
        : position_(_mm256_set1_pd(static_cast<double>(position))) {
        const RopeFrequencies first = rope_frequencies(theta, head_dim);
        next_ = _mm256_loadu_pd(first.next);
        step_ = _mm256_set1_pd(first.step);
    }

    // Of the next `count` pairs; computes, and stores, a multiple of four.
    template <auto store, std::size_t Copies>
    void fill(Rotations& rotations, std::size_t count) {
        for (std::size_t i = 0; i < count; i += rope_chains) {
            const SinCos4 of = sin_cos_f32(_mm256_mul_pd(position_, next_));
            store(rotations.cos + Copies * i, of.cos);
            store(rotations.sin + Copies * i, of.sin);
            next_ = _mm256_mul_pd(next_, step_);
        }
    }

  private:
    __m256d position_;
    __m256d next_;
    __m256d step_;
};

// a and b lie `distance` apart. Not contracted to FMA, as the definition is not.
void rotate_neox(float* a, std::size_t distance, const Rotations& by, std::size_t pairs) {
    float* b = a + distance;
    std::size_t i = 0;
    for (; i + 8 <= pairs; i += 8) {
        const __m256 cos = _mm256_loadu_ps(by.cos + i);
        const __m256 sin = _mm256_loadu_ps(by.sin + i);
        const __m256 old_a = _mm256_loadu_ps(a + i);
        const __m256 old_b = _mm256_loadu_ps(b + i);
        _mm256_storeu_ps(a + i, _mm256_sub_ps(_mm256_mul_ps(old_a, cos), _mm256_mul_ps(old_b, sin)));
        _mm256_storeu_ps(b + i, _mm256_add_ps(_mm256_mul_ps(old_a, sin), _mm256_mul_ps(old_b, cos)));
    }
    for (; i < pairs; ++i) rotate_pair(a[i], b[i], by.cos[i], by.sin[i]);
}

// a0 b0 a1 b1 ...: addsub subtracts in the even lanes, those of a.
void rotate_norm(float* x, const Rotations& by, std::size_t pairs) {
    const std::size_t values = 2 * pairs;
    std::size_t i = 0;
    for (; i + 8 <= values; i += 8) {
        const __m256 old = _mm256_loadu_ps(x + i);
        const __m256 swapped = _mm256_permute_ps(old, 0b10'11'00'01);
        const __m256 along = _mm256_mul_ps(old, _mm256_loadu_ps(by.cos + i));
        const __m256 across = _mm256_mul_ps(swapped, _mm256_loadu_ps(by.sin + i));
        _mm256_storeu_ps(x + i, _mm256_addsub_ps(along, across));
    }
    for (; i < values; i += 2) rotate_pair(x[i], x[i + 1], by.cos[i], by.sin[i]);
}

}  // namespace

void rope_avx2(float* x, std::size_t heads, std::size_t head_dim, std::size_t position, float theta, int style) {
    const std::size_t pairs = head_dim / 2;
    Frequencies frequencies(theta, head_dim, position);
    Rotations rotations;
    for (std::size_t first = 0; first < pairs; first += rope_tile) {
        const std::size_t count = pairs - first < rope_tile ? pairs - first : rope_tile;
        if (style == rope_style_neox) {
            frequencies.fill<store_once, 1>(rotations, count);
            for (std::size_t head = 0; head < heads; ++head)
                rotate_neox(x + head * head_dim + first, pairs, rotations, count);
        } else {
            frequencies.fill<store_twice, 2>(rotations, count);
            for (std::size_t head = 0; head < heads; ++head)
                rotate_norm(x + head * head_dim + 2 * first, rotations, count);
        }
    }
}

}  // namespace brick
