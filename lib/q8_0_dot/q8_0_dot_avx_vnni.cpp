#include <immintrin.h>

#include <utility>

#include "q8_0_dot/q8_0_dot_kernels.hpp"
#include "support/lanes_avx2.hpp"
#include "support/q8_0_scales_avx2.hpp"

namespace brick {
namespace {

constexpr std::size_t block_size = BRICKPROOF_Q8_0_BLOCK;
constexpr std::size_t group = 8;   // blocks at a time: one vector holds their scales
constexpr std::size_t chains = 4;  // an FMA takes four cycles, and a block about two

__m256i load_quants(const brickproof_q8_0& block) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block.qs));
}

// The sums of products of one pair of blocks, spread over eight lanes. vpdpbusd multiplies unsigned by signed bytes
// and adds fours of products to int32: exact for every byte, but a must become unsigned. a + 128 is (the sign bit
// is flipped), and a * b = (a + 128) * b - 128 * b, both by that instruction.
//
// Both sums start from the bits of 1.5 * 2^23, a float whose last bit is worth 1: adding an integer below 2^22 to
// the bits adds it to the float. They stay within 4 * 255 * 128 < 2^17, so their difference as floats is the exact
// sum, without a conversion.
__m256 products(const brickproof_q8_0& a, const brickproof_q8_0& b) {
    const __m256i start = _mm256_castps_si256(_mm256_set1_ps(0x1.8p23f));
    const __m256i all_128 = _mm256_set1_epi8(-128);  // unsigned
    const __m256i quants_b = load_quants(b);
    const __m256i a_plus_128 = _mm256_xor_si256(load_quants(a), all_128);
    return _mm256_sub_ps(_mm256_castsi256_ps(_mm256_dpbusd_avx_epi32(start, a_plus_128, quants_b)),
                         _mm256_castsi256_ps(_mm256_dpbusd_avx_epi32(start, all_128, quants_b)));
}

template <std::size_t... k>
void add_group(__m256 (&sums)[chains], const brickproof_q8_0* a, const brickproof_q8_0* b,
               std::index_sequence<k...>) {
    const __m256 scales = _mm256_mul_ps(eight_scales(a), eight_scales(b));  // 22 bits: exact
    ((sums[k % chains] = _mm256_fmadd_ps(every_lane<k>(scales), products(a[k], b[k]), sums[k % chains])), ...);
}

void add_block(__m256& sum, const brickproof_q8_0& a, const brickproof_q8_0& b) {
    const __m256 scale = _mm256_set1_ps(_cvtsh_ss(a.d) * _cvtsh_ss(b.d));
    sum = _mm256_fmadd_ps(scale, products(a, b), sum);
}

}  // namespace

float q8_0_dot_avx_vnni(const brickproof_q8_0* a, const brickproof_q8_0* b, std::size_t n) {
    const std::size_t blocks = n / block_size;
    __m256 sums[chains] = {};
    std::size_t i = 0;
    for (; i + group <= blocks; i += group) add_group(sums, a + i, b + i, std::make_index_sequence<group>());
    for (; i < blocks; ++i) add_block(sums[0], a[i], b[i]);
    return add_lanes(_mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3])));
}

}  // namespace brick
