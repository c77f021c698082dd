#include <immintrin.h>

#include "q8_0f_quantize/q8_0f_quantize_kernels.hpp"
#include "support/amax_avx2.hpp"

namespace brick {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;
constexpr std::size_t chunk_blocks = 64;

// What one pass over eight blocks finds out, and the next needs.
struct alignas(32) GroupInverses {
    float inverse[group_blocks];
    int not_finite;  // bit b: block b holds NaN or Inf
};

// Writes the scales of up to eight blocks.
GroupInverses find_scales(const float* x, float* scales, std::size_t blocks) {
    const __m256i bits = group_amax(x, blocks);
    const __m256 amax = _mm256_castsi256_ps(bits);
    const __m256 common = _mm256_div_ps(amax, _mm256_set1_ps(127.0f));
    const __m256 tiny = _mm256_cmp_ps(amax, _mm256_set1_ps(1e-10f), _CMP_LE_OQ);
    const __m256 scale = _mm256_blendv_ps(common, _mm256_set1_ps(1.0f / 127.0f), tiny);
    GroupInverses group;
    _mm256_store_ps(group.inverse, _mm256_div_ps(_mm256_set1_ps(1.0f), scale));
    group.not_finite =
        _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(bits, _mm256_set1_epi32(0x7f7fffff))));
    if (blocks == group_blocks) {
        _mm256_storeu_ps(scales, scale);
    } else {
        alignas(32) float all[group_blocks];
        _mm256_store_ps(all, scale);
        for (std::size_t b = 0; b < blocks; ++b) scales[b] = all[b];
    }
    return group;
}

void store_quants(const __m256i (&rounded)[4], std::int8_t* q) {
    const __m256i low = _mm256_packs_epi32(rounded[0], rounded[1]);
    const __m256i high = _mm256_packs_epi32(rounded[2], rounded[3]);
    // The packs work within 128-bit lanes and leave groups of four values in the order 0 2 4 6 1 3 5 7.
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    const __m256i quants = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(q), quants);
}

// Quantises by the product p = fl(x * fl(1 / scale)) and returns true, or does nothing if a value lies too near a
// tie.
//
// With u = 2^-24 and |x / scale| <= 127 (1 + 2u), the product has two roundings and the quotient D = fl(x / scale)
// of the definition one, so |p - D| <= 127 (1 + 2u) (3u + 3u^2 + u^3) < 382u < 2^-15. (Where p or D is subnormal,
// both round to 0. 1 / scale is normal: scale lies in [2^-41, 2^121).) Let r be the integer nearest to p; p - r is
// exact. If |p - r| <= 1/2 - 2^-15, then |D - r| < 1/2, and so round(D) = r, whatever becomes of ties.
bool quantize_by_product(const float* x, __m256 inverse, std::int8_t* q) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    __m256 farthest = _mm256_setzero_ps();
    __m256i rounded[4];
    for (std::size_t i = 0; i < 4; ++i) {
        const __m256 product = _mm256_mul_ps(_mm256_loadu_ps(x + 8 * i), inverse);
        const __m256 nearest = _mm256_round_ps(product, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        farthest = _mm256_max_ps(farthest, _mm256_andnot_ps(sign, _mm256_sub_ps(product, nearest)));
        rounded[i] = _mm256_cvttps_epi32(nearest);
    }
    const __m256 near_tie = _mm256_cmp_ps(farthest, _mm256_set1_ps(0.5f - 0x1p-15f), _CMP_GT_OQ);
    if (_mm256_movemask_ps(near_tie) != 0) return false;
    store_quants(rounded, q);
    return true;
}

// Quantises by the quotient D, as the definition says. round-half-away(D) = trunc(D + copysign(c, D)) with c = 1/2
// - 2^-25, the float below 1/2. For D = k + f >= 0, k an integer: if f >= 1/2, then D + c >= k + 1 - 2^-25, which
// rounds to at least k + 1 (the tie at k = 0 goes to the even 1). If f < 1/2, then D is at most the float before k
// + 1/2, D + c lies 2^-25 or less from the float before k + 1 (for k = 0 it is that float), a quarter of their
// distance or less, and rounds below k + 1. Negative D: the mirror image.
void quantize_by_quotient(const float* x, float scale, std::int8_t* q) {
    const __m256 divisor = _mm256_set1_ps(scale);
    const __m256 sign = _mm256_set1_ps(-0.0f);
    const __m256 below_half = _mm256_set1_ps(0.5f - 0x1p-25f);
    __m256i rounded[4];
    for (std::size_t i = 0; i < 4; ++i) {
        const __m256 quotient = _mm256_div_ps(_mm256_loadu_ps(x + 8 * i), divisor);
        const __m256 away = _mm256_or_ps(_mm256_and_ps(quotient, sign), below_half);
        rounded[i] = _mm256_cvttps_epi32(_mm256_add_ps(quotient, away));
    }
    store_quants(rounded, q);
}

void store_blocks(const float* x, const GroupInverses& group, const float* scales, std::int8_t* q,
                  std::size_t blocks) {
    for (std::size_t b = 0; b < blocks; ++b, x += block_size, q += block_size) {
        if ((group.not_finite >> b & 1) != 0) {
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(q), _mm256_setzero_si256());
        } else if (!quantize_by_product(x, _mm256_broadcast_ss(group.inverse + b), q)) {
            quantize_by_quotient(x, scales[b], q);
        }
    }
}

// Quantises up to chunk_blocks blocks in two passes, for the reason that q8_0_quantize_avx2.cpp gives.
void quantize_chunk(const float* x, std::int8_t* q, float* scales, std::size_t blocks) {
    GroupInverses groups[chunk_blocks / group_blocks];
    const auto size_of = [&](std::size_t first) {
        return blocks - first < group_blocks ? blocks - first : group_blocks;
    };
    for (std::size_t b = 0; b < blocks; b += group_blocks) {
        groups[b / group_blocks] = find_scales(x + b * block_size, scales + b, size_of(b));
    }
    for (std::size_t b = 0; b < blocks; b += group_blocks) {
        store_blocks(x + b * block_size, groups[b / group_blocks], scales + b, q + b * block_size, size_of(b));
    }
}

}  // namespace

void q8_0f_quantize_avx2(const float* x, std::int8_t* q, float* scales, std::size_t n) {
    const std::size_t blocks = n / block_size;
    for (std::size_t b = 0; b < blocks; b += chunk_blocks) {
        const std::size_t count = blocks - b < chunk_blocks ? blocks - b : chunk_blocks;
        quantize_chunk(x + b * block_size, q + b * block_size, scales + b, count);
    }
    const std::size_t done = blocks * block_size;
    q8_0f_quantize_scalar(x + done, q + done, scales + blocks, n - done);
}

}  // namespace brick
