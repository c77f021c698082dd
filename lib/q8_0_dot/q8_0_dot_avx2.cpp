#include <immintrin.h>

#include "q8_0_dot/q8_0_dot_kernels.hpp"
#include "support/lanes_avx2.hpp"
#include "support/q8_0_scales_avx2.hpp"

namespace brick {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;
constexpr std::size_t group = 8;  // blocks at a time: one vector holds their scales, one their integer sums

// The barrier keeps the compiler from loading the quants anew for each use: loads are what limits this kernel.
__m256i load_quants(const brickproof_q8_0& block) {
    __m256i quants = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block.qs));
    asm("" : "+x"(quants));
    return quants;
}

// The sums of products of one pair of blocks, spread over eight lanes. vpmaddubsw multiplies unsigned by signed
// bytes and adds neighbours, saturating to int16; vpmaddwd by 1 adds neighbours in int32.
//
// Usual: |a| times b with the sign of a. |a| is right for -128 too, as the unsigned byte 128; a pair stays within
// [-2 * 128 * 128, 2 * 128 * 127] = [-32768, 32512] and does not saturate. But -b does not exist for b = -128:
// right for every a, and for every b > -128.
struct Usual {
    static __m256i products(__m256i a, __m256i b) {
        const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(a), _mm256_sign_epi8(b, a));
        return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    }
};

// Right for all bytes, two instructions longer: with p = max(a, 0) <= 127 and m = max(-a, 0) <= 128, a pair of m *
// b and one of p * b stay in range as above, and their difference is minus the pair's sum of a * b, which lies
// within
// [-2 * 128 * 128, 2 * 128 * 127]: it fits, whichever way the subtraction wraps.
struct AllBytes {
    static __m256i products(__m256i a, __m256i b) {
        const __m256i p = _mm256_max_epi8(a, _mm256_setzero_si256());
        const __m256i m = _mm256_sub_epi8(p, a);
        const __m256i minus_pairs = _mm256_sub_epi16(_mm256_maddubs_epi16(m, b), _mm256_maddubs_epi16(p, b));
        return _mm256_madd_epi16(minus_pairs, _mm256_set1_epi16(-1));
    }
};

struct Outcome {
    float sum;
    __m256i smallest_b;  // byte by byte, or 0
};

float one_sum(__m256i products) {
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(products), _mm256_extracti128_si256(products, 1));
    sum = _mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0b01'01'01'01));
    return static_cast<float>(_mm_cvtsi128_si32(sum));
}

// Eight blocks at a time, lane k the sum of every eighth; then the rest, one by one.
template <class Form>
Outcome dot(const brickproof_q8_0* a, const brickproof_q8_0* b, std::size_t blocks) {
    __m256i smallest_b = _mm256_setzero_si256();
    __m256 sum = _mm256_setzero_ps();
    std::size_t i = 0;
    for (; i + group <= blocks; i += group) {
        __m256i products[group];
        for (std::size_t k = 0; k < group; k += 2) {  // in pairs: smallest_b waits for itself half as often
            const __m256i even = load_quants(b[i + k]);
            const __m256i odd = load_quants(b[i + k + 1]);
            smallest_b = _mm256_min_epi8(smallest_b, _mm256_min_epi8(even, odd));
            products[k] = Form::products(load_quants(a[i + k]), even);
            products[k + 1] = Form::products(load_quants(a[i + k + 1]), odd);
        }
        const __m256i integers =  // at most 2^19 in magnitude: exact as floats
            add_lanes_of_eight([&](std::size_t k) { return products[k]; });
        const __m256 scales = _mm256_mul_ps(eight_scales(a + i), eight_scales(b + i));  // 22 bits: exact
        sum = _mm256_fmadd_ps(scales, _mm256_cvtepi32_ps(integers), sum);
    }
    float total = add_lanes(sum);
    for (; i < blocks; ++i) {
        const __m256i quants_b = load_quants(b[i]);
        smallest_b = _mm256_min_epi8(smallest_b, quants_b);
        const float integer = one_sum(Form::products(load_quants(a[i]), quants_b));
        total += _cvtsh_ss(a[i].d) * _cvtsh_ss(b[i].d) * integer;
    }
    return {total, smallest_b};
}

// Of bytes that are at most 0: only -128 has a magnitude with its highest bit set.
bool holds_minus_128(__m256i bytes) {
    return _mm256_movemask_epi8(_mm256_abs_epi8(bytes)) != 0;
}

}  // namespace

// No quantiser makes -128, so what it takes is looked at afterwards, and only then paid for.
float q8_0_dot_avx2(const brickproof_q8_0* a, const brickproof_q8_0* b, std::size_t n) {
    const Outcome usual = dot<Usual>(a, b, n / block_size);
    if (!holds_minus_128(usual.smallest_b)) return usual.sum;
    return dot<AllBytes>(a, b, n / block_size).sum;
}

}  // namespace brick
