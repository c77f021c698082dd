#include <immintrin.h>

#include "attention/attention_flash.hpp"
#include "support/exp_avx2.hpp"
#include "support/tail_avx2.hpp"

namespace brick {
namespace {

struct Floats {
    using Vector = __m256;
    static constexpr std::size_t width = 8;

    static Vector load(const float* p) { return _mm256_loadu_ps(p); }
    static void store(float* p, Vector x) { _mm256_storeu_ps(p, x); }
    static Vector broadcast(float x) { return _mm256_set1_ps(x); }
    static Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
    static Vector subtract(Vector a, Vector b) { return _mm256_sub_ps(a, b); }
    static Vector multiply(Vector a, Vector b) { return _mm256_mul_ps(a, b); }
    static Vector multiply_add(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
    static Vector max(Vector a, Vector b) { return _mm256_max_ps(a, b); }
    static Vector exp(Vector x) { return exp_f32(x); }
    static void fetch(const float* p) { _mm_prefetch(reinterpret_cast<const char*>(p), _MM_HINT_T0); }

    // The first `count` of eight lanes; the others are 0 and not read or written.
    static Vector load_first(const float* p, std::size_t count) {
        return _mm256_maskload_ps(p, first_lanes(count));
    }
    static void store_first(float* p, Vector x, std::size_t count) {
        _mm256_maskstore_ps(p, first_lanes(count), x);
    }

    // The sum of the lanes of each of eight vectors, times scale.
    static void store_totals(const Vector (&sums)[8], float scale, float* to) {
        const Vector low = hadd4(sums[0], sums[1], sums[2], sums[3]);
        const Vector high = hadd4(sums[4], sums[5], sums[6], sums[7]);
        const Vector totals =
            _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31));
        _mm256_storeu_ps(to, _mm256_mul_ps(totals, _mm256_set1_ps(scale)));
    }

  private:
    // Four sums of four lanes in either half.
    static Vector hadd4(Vector a, Vector b, Vector c, Vector d) {
        return _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    }
};

}  // namespace

void attention_avx2(const float* q, const float* k, const float* v, float* out, std::size_t seq, std::size_t heads,
                    std::size_t kv_heads, std::size_t head_dim) {
    flash_attention<Floats>({q, k, v, out, seq, heads, kv_heads, head_dim});
}

void attention_in_tiles_avx2(const AttentionOperands& operands, std::size_t first, std::size_t last,
                             std::size_t tile) {
    flash_attention_blocks<Floats>(operands, first, last, tile);
}

}  // namespace brick
