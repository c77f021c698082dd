#include <immintrin.h>

#include "q8_0_gemv/q8_0_gemv_avx2.hpp"
#include "q8_0_gemv/q8_0_gemv_kernels.hpp"
#include "support/lanes_avx2.hpp"
#include "support/q8_0_scales_avx2.hpp"

namespace brick {
namespace {

__m256i load_quants(const brickproof_q8_0& block) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block.qs));
}

// 128 as unsigned bytes. The barrier makes it one constant in one register; the compiler makes one for each type
// that an instruction gives it.
__m256i all_128() {
    __m256i bytes = _mm256_set1_epi8(-128);
    asm("" : "+x"(bytes));
    return bytes;
}

// A block of x, for all rows of a group. vpdpbusd multiplies unsigned by signed bytes and adds fours of products to
// int32: exact for every byte, but w must become unsigned. w + 128 is (its sign bit is flipped), which makes the
// products 128 * x too large: so they are added to the sums of -128 * x.
struct Activations {
    explicit Activations(const brickproof_q8_0& x)
        : quants(load_quants(x)),
          minus_128_x(_mm256_sub_epi32(_mm256_setzero_si256(),
                                       _mm256_dpbusd_avx_epi32(_mm256_setzero_si256(), all_128(), quants))),
          scale(_mm256_set1_ps(_cvtsh_ss(x.d))) {}
    __m256i quants;
    __m256i minus_128_x;  // lane by lane, of the fours of quants that vpdpbusd adds up
    __m256 scale;
};

// The sums of products of a block of w and a block of x, spread over eight lanes.
__m256i row_products(const Activations& x, const brickproof_q8_0& w) {
    const __m256i w_plus_128 = _mm256_xor_si256(load_quants(w), all_128());
    return _mm256_dpbusd_avx_epi32(x.minus_128_x, w_plus_128, x.quants);
}

template <std::size_t Rows>
void dot_rows(const Weights<Rows>& weights, const brickproof_q8_0* x, float* y, const brickproof_q8_0* next) {
    __m256 sums = _mm256_setzero_ps();
    for (std::size_t k = 0; k < weights.blocks; ++k) {
        const Activations of_x(x[k]);
        const __m256i integers =  // at most 2^19 in magnitude: exact as floats
            add_lanes_of_eight([&](std::size_t row) { return row_products(of_x, block_of(weights, row, k)); });
        const __m256 scales = _mm256_mul_ps(scales_of(weights, k), of_x.scale);  // 22 bits: exact
        sums = _mm256_fmadd_ps(scales, _mm256_cvtepi32_ps(integers), sums);
        if constexpr (Rows == group) prefetch_step(next, k);
    }
    store_rows<Rows>(y, sums);
}

}  // namespace

void q8_0_gemv_avx_vnni(const brickproof_q8_0* w, const brickproof_q8_0* x, float* y, std::size_t rows,
                        std::size_t cols) {
    const auto dot = [&](const auto& weights, float* y_of_rows, const brickproof_q8_0* next) {
        dot_rows(weights, x, y_of_rows, next);
    };
    for_all_rows(dot, w, y, rows, cols / BRICKPROOF_Q8_0_BLOCK);
}

}  // namespace brick
