#include <immintrin.h>

#include "q8_0_quantize/q8_0_quantize_kernels.hpp"
#include "support/amax_avx2.hpp"
#include "support/stream_avx2.hpp"

namespace brick {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;
constexpr std::size_t chunk_blocks = 64;  // 8 KiB of input, read twice from L1; 34 cache lines of output

// What one pass over eight blocks finds out, and the next needs.
struct alignas(32) GroupScales {
    float twice_inverse[group_blocks];
    std::uint16_t halves[group_blocks];
    bool special;
};

// 2 / d is 1 / d exactly doubled, since d < 2^122 has no subnormal inverse. Its product with d is nearly 2 in the
// common case and 0 for a block of zeros. It is NaN or Inf where amax is, and where 2 / d overflows (0 < d <=
// 2^-127): such a group goes to the scalar kernel.
GroupScales find_scales(const float* x, std::size_t blocks) {
    const __m256 amax = _mm256_castsi256_ps(group_amax(x, blocks));
    const __m256 d = _mm256_div_ps(amax, _mm256_set1_ps(127.0f));
    const __m256 not_zero = _mm256_cmp_ps(d, _mm256_setzero_ps(), _CMP_NEQ_OQ);
    const __m256 twice_inverse = _mm256_and_ps(_mm256_div_ps(_mm256_set1_ps(2.0f), d), not_zero);
    const __m256 special = _mm256_cmp_ps(_mm256_mul_ps(d, twice_inverse), _mm256_set1_ps(3.0f), _CMP_NLT_UQ);
    GroupScales scales;
    _mm256_store_ps(scales.twice_inverse, twice_inverse);
    _mm_store_si128(reinterpret_cast<__m128i*>(scales.halves), _mm256_cvtps_ph(d, _MM_FROUND_TO_NEAREST_INT));
    scales.special = _mm256_movemask_ps(special) != 0;
    return scales;
}

// trunc(2p) of 16 values in int16, for p = x * inverse.
__m256i doubled(const float* x, __m256 twice_inverse) {
    const __m256i low = _mm256_cvttps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x), twice_inverse));
    const __m256i high = _mm256_cvttps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x + 8), twice_inverse));
    return _mm256_packs_epi32(low, high);
}

// round-half-away(t / 2) in int16 for |t| <= 254. vpmulhrsw gives (floor(t c / 2^14) + 1) >> 1, where t c / 2^14 is
// t + t / 2^14 for this c: its floor is t for t >= 0 and t - 1 for t < 0, so that the result is floor((t + 1) / 2)
// and floor(t / 2).
__m256i rounded_half(__m256i t) {
    return _mm256_mulhrs_epi16(t, _mm256_set1_epi16((1 << 14) + 1));
}

// round-half-away(p) of one block: that of t / 2 for t = trunc(2p), |t| <= 254. 2p is the scalar kernel's product
// exactly doubled; where that is subnormal, both give 0.
__m256i block_quants(const float* x, __m256 twice_inverse) {
    const __m256i low = rounded_half(doubled(x, twice_inverse));
    const __m256i high = rounded_half(doubled(x + 16, twice_inverse));
    // The packs work within 128-bit lanes and leave groups of four values in the order 0 2 4 6 1 3 5 7.
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    return _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order);
}

// Where a pass over the inputs reads: caches only, or memory, and then another whole chunk follows this one.
enum class Source { cache, memory };

// From memory, asks for the next chunk bit by bit, for memory would lie idle during this pass, which reads from L1.
template <Source source>
void store_blocks(const float* x, const GroupScales& scales, brickproof_q8_0* y, std::size_t blocks) {
    if (scales.special) return q8_0_quantize_scalar(x, y, blocks * block_size);
    for (std::size_t b = 0; b < blocks; ++b) {
        const float* block = x + b * block_size;
        if constexpr (source == Source::memory) {
            _mm_prefetch(reinterpret_cast<const char*>(block + chunk_blocks * block_size), _MM_HINT_T0);
            _mm_prefetch(reinterpret_cast<const char*>(block + chunk_blocks * block_size + 16), _MM_HINT_T0);
        }
        y[b].d = scales.halves[b];
        const __m256i quants = block_quants(block, _mm256_broadcast_ss(scales.twice_inverse + b));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(y[b].qs), quants);
    }
}

// Quantises up to chunk_blocks / group_blocks groups of eight blocks in two passes: all scales, then all quants. In
// one pass, the quants of a group, which wait for two divisions, would fill the CPU's scheduler and keep the next
// group's maxima out of it.
template <Source source>
void quantize_groups(const float* x, brickproof_q8_0* y, std::size_t groups) {
    GroupScales scales[chunk_blocks / group_blocks];
    for (std::size_t g = 0; g < groups; ++g)
        scales[g] = find_scales(x + g * group_blocks * block_size, group_blocks);
    for (std::size_t g = 0; g < groups; ++g) {
        store_blocks<source>(x + g * group_blocks * block_size, scales[g], y + g * group_blocks, group_blocks);
    }
}

void quantize_cached(const float* x, brickproof_q8_0* y, std::size_t blocks) {
    const std::size_t whole = blocks / group_blocks * group_blocks;
    for (std::size_t b = 0; b < whole; b += chunk_blocks) {
        const std::size_t count = whole - b < chunk_blocks ? whole - b : chunk_blocks;
        quantize_groups<Source::cache>(x + b * block_size, y + b, count / group_blocks);
    }
    const std::size_t rest = blocks - whole;
    x += whole * block_size;
    if (rest > 0) store_blocks<Source::cache>(x, find_scales(x, rest), y + whole, rest);
}

// A chunk is a whole number of cache lines; the blocks before the first one that starts a line go the common way
// (there are at most 31: blocks are 34 bytes long and y is even), and so do the last two chunks.
void quantize_streamed(const float* x, brickproof_q8_0* y, std::size_t blocks) {
    std::size_t b = 0;
    while (bytes_to_line(y + b) != 0) ++b;
    quantize_cached(x, y, b);
    for (; b + 2 * chunk_blocks <= blocks; b += chunk_blocks) {
        brickproof_q8_0 staged[chunk_blocks];
        quantize_groups<Source::memory>(x + b * block_size, staged, chunk_blocks / group_blocks);
        stream_lines(y + b, staged, sizeof staged / cache_line);
    }
    _mm_sfence();
    quantize_cached(x + b * block_size, y + b, blocks - b);
}

}  // namespace

void q8_0_quantize_avx2(const float* x, brickproof_q8_0* y, std::size_t n) {
    const std::size_t blocks = n / block_size;
    if (blocks * sizeof(brickproof_q8_0) >= streamed_bytes) {
        quantize_streamed(x, y, blocks);
    } else {
        quantize_cached(x, y, blocks);
    }
}

}  // namespace brick
